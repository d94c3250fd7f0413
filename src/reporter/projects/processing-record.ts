import {
  addressOf,
  collectionVersion,
  displayName,
  isForDatagrams,
  isForFolder,
  type ProjectFile,
} from '../../protocol/project/project-file.ts'
import {limits} from '../../protocol/values/limits.ts'
import {type ExplainedSection, howLong, neverSent, plain, whatIsSent} from './explain.ts'

/**
 * Drafts the record of processing activities of a project (Article 30(1) GDPR), and the reasons for its legal basis, from
 * its project file only. What the file does not contain stands in brackets, to be filled in. Of the law it contains only
 * what an article says, by its number. Pure. Texts of the file are made safe for a terminal and contain no backticks.
 */
export function draftRecord(project: ProjectFile): ExplainedSection[] {
  return [
    {title: `Record of processing activities: ${plain(displayName(project))}`, lines: opening(project)},
    {title: 'Controller: Article 30(1)(a)', lines: controller(project)},
    {title: 'Purposes: Article 30(1)(b)', lines: purposes(project)},
    {title: 'Data subjects and personal data: Article 30(1)(c)', lines: categories(project)},
    {title: 'Recipients: Article 30(1)(d)', lines: recipients(project)},
    {title: 'Transfers to third countries: Article 30(1)(e)', lines: transfers(project)},
    {title: 'Time limits for erasure: Article 30(1)(f)', lines: timeLimits(project)},
    {title: 'Security: Articles 30(1)(g) and 32(1)', lines: security(project)},
    project.consent === 'opt-in'
      ? {title: 'Legal basis: consent, Articles 6(1)(a) and 7', lines: consent(project)}
      : {title: 'Legal basis: legitimate interests, Article 6(1)(f)', lines: legitimateInterests(project)},
    {title: 'Rights of the data subjects: Articles 11 to 21', lines: rights(project)},
    {title: 'To decide', lines: toDecide(project)},
  ]
}

const opening = (project: ProjectFile): string[] => [
  'This is a draft for the data protection officer to check. It is not legal advice.',
  `It is made from the project file of ${plain(displayName(project))}, collection version ${collectionVersion(project)}. When the version changes, make it again.`,
  'It has the contents that Article 30(1) of Regulation (EU) 2016/679 (GDPR) lists for a controller. Numbers of articles are those of this regulation.',
  'Fill in everything between square brackets.',
]

const controller = ({contact}: ProjectFile): string[] => [
  '- controller: [name and address of the body that decides what is counted and why]',
  `- contact for questions: ${plain(contact)}`,
  '- data protection officer: [name and contact]',
  '- joint controller and representative: [name and contact, or none]',
  'If another body operates the collector, it is a processor. Article 28(3) requires a contract with it.',
  '- operator of the collector: [name and contact, and the contract]',
]

const purposes = ({purpose}: ProjectFile): string[] => [
  'The data answer these questions:',
  ...purpose.map(one => `- ${plain(one)}`),
  'The result is statistics: totals, and no lists of people.',
]

function categories(project: ProjectFile): string[] {
  const {consent: rule, ci, identity} = project
  const name = plain(displayName(project))
  const who = rule === 'opt-in' ? `people who run ${name} and opted in` : `people who run ${name} and did not opt out`
  const isNobody = !identity.user && !identity.host && !identity.script
  return [
    `- data subjects: ${who}`,
    ...(ci === 'off' ? [] : ['- runs in CI systems are counted without a pseudonym of a user or a computer']),
    isNobody
      ? 'The reports contain no pseudonym. Times and rare values may still be about a person.'
      : 'The data are pseudonymous (Article 4(5)): uses of one person within one period can be linked. Treat them as personal data.',
    'What is sent, in the words that users read in `usage explain`:',
    ...whatIsSent(project),
    'What is never sent, in the same words:',
    ...neverSent.map(line => `- ${line}`),
    'No special categories of data (Article 9(1)) are meant to be collected: [check the declared fields].',
  ]
}

function recipients({endpoint}: ProjectFile): string[] {
  const to = plain(addressOf(endpoint) ?? 'nowhere')
  return [
    isForFolder({endpoint})
      ? `- the site of the user, which forwards the reports from the folder ${to}`
      : `- the operator of the collector at ${to}`,
    '- people with a read token of the collector: [who]',
    '- the public: only figures of at least five users, if you publish any',
    '- the authors of the reporting program receive nothing',
    'The receiver of a report sees the network address of the sender. The collector neither stores nor logs it. A proxy in front of it may: [access logs switched off or shortened].',
  ]
}

const transfers = ({endpoint}: ProjectFile): string[] => [
  `- the collector at ${plain(addressOf(endpoint) ?? 'nowhere')} is in: [country, and hosting company]`,
  '- transfers to a third country or an international organisation: [none, or which, and the safeguards under Articles 44 to 49]',
]

const timeLimits = (project: ProjectFile): string[] => [
  ...howLong(project).map(line => `- ${line}`),
  `- events on the computer of the user are sent or removed within ${limits.maxEventAgeDays} days, and so is the log of what was sent`,
  '- events whose feature is not declared yet wait on the collector for up to 30 days, and for no longer than single feature uses',
  '- when the project ends, `usage erase --project` deletes everything that the collector has of it',
  '- backups of the collector: [time limit]',
]

function security({endpoint}: ProjectFile): string[] {
  const isEncrypted = endpoint.http?.startsWith('https:') === true
  const transport = isForDatagrams({endpoint})
    ? 'each report is one datagram and is not encrypted: [why that is enough]'
    : isEncrypted
      ? 'reports are encrypted on their way (HTTPS)'
      : 'reports are not encrypted on their way: [why that is enough]'
  return [
    `- ${transport}`,
    '- pseudonyms are made on the computer of the user, with a secret that stays there (Article 32(1)(a))',
    '- only declared values are sent, and the collector stores no others',
    '- the data folder is readable only by its owner; reading over the network requires a token, of which only a hash is stored',
    '- reports and public figures leave out groups of fewer than five users',
    '- the computer of the collector: [who has access, encryption of disks and backups, updates]',
  ]
}

const consent = ({project}: ProjectFile): string[] => [
  'Nothing is recorded until a person opts in.',
  `- Article 7(1) requires that the controller can demonstrate consent. The consent is a setting on the computer of the user: [check whether that is enough]`,
  `- Article 7(3) gives the right to withdraw it at any time, as easily as it was given: \`usage optin ${project}\` and \`usage optout ${project}\``,
  '- Article 7(2) requires a request in clear and plain language: the notice, and `usage explain`',
]

function legitimateInterests(project: ProjectFile): string[] {
  const {purpose, identity, fields, features} = project
  const count = Object.keys(fields).length + Object.keys(features.details).length
  return [
    'Article 6(1)(f) allows processing that is necessary for a legitimate interest, unless interests or rights of the data subject override it.',
    'It does not apply to public authorities in the performance of their tasks (Article 6(1), second subparagraph). A university may be one: [decide, and name the other legal basis].',
    'The interest: to maintain the software for the people who use it, and to account for the funding. These questions need an answer:',
    ...purpose.map(one => `- ${plain(one)}`),
    'Necessity:',
    '- downloads and citations do not show how many people use the software, or whether it works',
    '- if only volunteers were counted, the numbers would describe volunteers, not users',
    identity.user
      ? '- without a pseudonym of the user, people cannot be counted, only runs'
      : '- the project counts runs and sends no pseudonym of the user',
    `- beyond what every project sends, ${count === 0 ? 'no value is declared' : `${count} ${count === 1 ? 'value is' : 'values are'} declared, each with its description`} (data minimisation, Article 5(1)(c))`,
    'For the data subject:',
    '- a notice is shown before the first report, with at least a minute to opt out; a site can decide otherwise',
    '- one step is enough to opt out, and nothing is sent after it',
    '- users can see every report before and after it is sent, and have their data erased without an account',
    '- the collector stores no name of a user or a computer, no network address, path or argument',
    'Against the data subject:',
    ...risks(project),
    '[The result of weighing these, with date and name.]',
  ]
}

/** What speaks against the processing, as docs/privacy.md explains it. */
function risks({identity, features, endpoint}: ProjectFile): string[] {
  const {user, host, rotate} = identity
  return [
    ...(user ? ['- the times of the runs of one person can show working hours'] : []),
    ...(host ? ['- a person who has the machine id of a computer can recognise its pseudonym'] : []),
    ...(rotate === 'never' && (user || host) ? ['- pseudonyms never change, so people can be followed for years'] : []),
    '- with few users, rare values can show who somebody is',
    ...(features.allowOther ? ['- names of features that are not declared are sent too'] : []),
    ...(isForDatagrams({endpoint}) || isForFolder({endpoint})
      ? ['- users cannot ask the collector for access or erasure, and must write to the contact']
      : []),
  ]
}

function rights({project, endpoint, contact, moreInfo}: ProjectFile): string[] {
  const canAsk = endpoint.http?.startsWith('https:') === true && !isForFolder({endpoint})
  const who = plain(contact)
  return [
    `- information (Article 13): the notice, \`usage explain ${project}\`, and the page ${moreInfo === undefined ? '[address of the published page]' : plain(moreInfo)}`,
    canAsk
      ? `- access (Article 15): \`usage access ${project}\` shows everything under the pseudonyms of the user`
      : `- access (Article 15): users write to ${who}`,
    canAsk
      ? `- erasure (Article 17): \`usage forget ${project}\` asks for it with keys that only the user has, and returns a receipt`
      : `- erasure (Article 17): users write to ${who}`,
    `- objection (Article 21): \`usage optout ${project}\`, a variable or a file, so by automated means (Article 21(5))`,
    '- identification (Article 11): without the keys of a user, the controller cannot find out which data are theirs. Article 11(2) covers this case.',
    '- totals that were made or published before an erasure keep their values',
  ]
}

const toDecide = ({project}: ProjectFile): string[] => [
  '- whether Article 35(1) requires an assessment of the impact: [yes or no, and why]',
  '- whether Article 5(3) of Directive 2002/58/EC, in its national version, requires consent to store or read on the device of the user: [decide]',
  '- other law that applies where you and your users are: [list]',
  `Keep this record in writing (Article 30(3)), and make it again when \`usage project check\` shows another collection version of ${project}.`,
]
