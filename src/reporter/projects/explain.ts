import {type Declarations, describeDeclaration} from '../../protocol/declaration.ts'
import type {Header} from '../../protocol/header.ts'
import {limits} from '../../protocol/limits.ts'
import {toPlainText} from '../../protocol/plain-text.ts'
import {addressOf, displayName, isForDatagrams, isForFolder, type ProjectFile} from '../../protocol/project-file.ts'
import {howToStop} from './how-to-stop.ts'

/** One part of a project's notice. What stands between backticks is to be typed as it is. */
export interface ExplainedSection {
  readonly title: string
  /** Sentences; those that begin with `- ` are items of a list. */
  readonly lines: readonly string[]
}

/** Features that are named one by one; a project may have thousands. */
const shownFeatures = 50

/**
 * Explains in plain words what a project counts, made from its project file alone: for a person, and as the page that the
 * project publishes. Pure. What the file says is made harmless for a terminal and has no backticks.
 */
export function explainProject(project: ProjectFile): ExplainedSection[] {
  return [
    {title: `Why ${said(displayName(project))} counts its use`, lines: why(project)},
    {title: project.consent === 'opt-in' ? 'Opt-in' : 'Opt-out', lines: howToStop(project)},
    {title: 'What is sent', lines: [...shared(project), ...events(project), ...declared(project)]},
    {title: 'What is never sent', lines: neverSent},
    {title: 'How it is sent', lines: how(project)},
    {title: 'When it is sent', lines: when(project)},
    {title: 'What it is used for', lines: usedFor(project)},
    {title: 'How long it is kept', lines: howLong(project)},
    {title: 'See it, and take it back', lines: seeIt},
    {title: 'Feedback', lines: feedback(project)},
  ]
}

/** A text of the project file as it may stand in a sentence. */
const said = (text: string): string => toPlainText(text).replaceAll('`', "'")

function why(project: ProjectFile): string[] {
  const more = project.moreInfo === undefined ? [] : [`More about it: ${said(project.moreInfo)}`]
  return [
    `${said(displayName(project))} counts how it is used so that these questions have an answer:`,
    ...project.purpose.map(purpose => `- ${said(purpose)}`),
    'Those who maintain research software and those who pay for it need such answers; nobody else can give them.',
    ...more,
  ]
}

/** What the events of one report share; the compiler wants words for each of them. */
const headerWords: Record<Exclude<keyof Header, 'user' | 'host'>, string> = {
  application: 'the name of the program',
  version: 'its version',
  commit: 'the commit that it was built from',
  component: 'the part of it that runs',
  os: 'the operating system: name, first two numbers of its version, processor architecture, readable name',
  ci: 'the name of the CI system, if it runs in one',
  scheduler: 'the name of the batch system, if it runs in one',
}

function shared({project, identity}: ProjectFile): string[] {
  const {user, host, script, rotate} = identity
  const change = rotate === 'never' ? 'it never changes by itself' : `a new one is made every ${rotate}`
  const pseudonyms = [
    ...(user
      ? [`- a pseudonym of the user: a number made with a random secret that never leaves the home; ${change}`]
      : []),
    ...(host ? [`- a pseudonym of the computer: the same for all its users; ${change}`] : []),
    ...(script ? [`- a pseudonym of the script that was started; ${change}`] : []),
  ]
  const none =
    pseudonyms.length === 0 ? ['- no pseudonym: neither of the user, nor of the computer, nor of the script'] : []
  return [
    'With every report:',
    `- the id of the project (${project}), the name and version of the program that reports`,
    ...pseudonyms,
    ...none,
    ...Object.values(headerWords).map(words => `- ${words}`),
    ...(pseudonyms.length > 0
      ? [
          'The pseudonyms differ from project to project and cannot be turned back into names, save that of the computer by somebody who knows its machine id. They are pseudonymous, not anonymous: uses by one person can be joined.',
        ]
      : []),
  ]
}

function events({features}: ProjectFile): string[] {
  const hasFeatures = features.names.length > 0 || features.allowOther
  return [
    'For every run, and for every feature that is counted:',
    '- when a run starts: a random id of the run, the time, and which daily repetition of the start it is',
    '- when a run ends: the time, how long it took, its exit code or the signal that ended it',
    ...(hasFeatures
      ? [
          '- when a feature is used: its type and name, the time, how long it took, how often, and whether a program rather than a person used it',
        ]
      : ['- no use of features: the project declares none']),
  ]
}

function declared({fields, features}: ProjectFile): string[] {
  return [
    ...declarationLines('Besides, with the start or the end of a run:', fields),
    ...declarationLines('Besides, with a feature:', features.details),
    ...featureLines(features),
  ]
}

function declarationLines(title: string, declarations: Declarations): string[] {
  const lines = Object.entries(declarations).map(
    ([name, one]) => `- ${said(name)}: ${said(one.description)} (${said(describeDeclaration(one))})`,
  )
  return lines.length === 0 ? [] : [title, ...lines]
}

function featureLines({types, names, allowOther}: ProjectFile['features']): string[] {
  if (names.length === 0 && !allowOther) return []
  const shown = names.slice(0, shownFeatures).map(said).join(', ')
  const more = names.length > shownFeatures ? `, and ${names.length - shownFeatures} more in the project file` : ''
  return [
    `Types of features: ${types.map(said).join(', ')}.`,
    ...(names.length > 0 ? [`Features: ${shown}${more}.`] : []),
    allowOther
      ? 'The names of other features of these types are sent as well, if they are of letters, digits, spaces and a few signs.'
      : 'No other feature is sent.',
  ]
}

const neverSent = [
  'Names of users and computers, paths, file names, arguments, data, free text, and whatever is not listed above. What is not declared is left out on your computer, not at the other end. The collector stores no network addresses.',
]

function how({endpoint}: ProjectFile): string[] {
  const to = said(addressOf(endpoint) ?? 'nowhere')
  const by = endpoint.http?.startsWith('https:') ? 'encrypted (HTTPS)' : 'not encrypted'
  const onwards = endpoint.http === null ? 'the collector of the project' : `${said(endpoint.http)}, ${by}`
  const folder = [
    `Finished reports are laid into the folder ${to}, one file each, which you and the group of the folder can read. From there your site carries them to ${onwards}. What lies in the folder has left this program: nothing here says whether it has arrived.`,
    'With `usage forget`, those of your reports that still lie there are taken away.',
    ...(endpoint.http === null ? ['It cannot ask a collector for erasure by itself: write to the address below.'] : []),
  ]
  const datagrams = [
    `Each event travels alone, as a datagram (UDP) of ${limits.maxDatagramBytes} bytes at most. Nothing confirms that it arrives: what is lost on the way is lost, and nobody knows.`,
    'Because nothing answers, `usage forget` cannot ask for erasure by itself: write to the address below.',
  ]
  return [
    'What happens is written to a few small files on your computer, the buffer. A process in the background sends them later, for ten seconds at most; your program does not wait for it, and does not fail because of it.',
    ...(isForFolder({endpoint}) ? folder : [`It goes to ${to}, ${by}.`]),
    ...(isForDatagrams({endpoint}) ? datagrams : []),
    `Some of it may be lost: a full disk, a computer that is switched off, events that could not be sent for ${limits.maxEventAgeDays} days. That is accepted, so that your work never suffers.`,
  ]
}

function when({flush, ci}: ProjectFile): string[] {
  const minutes = Math.max(1, Math.round(flush.intervalSeconds / 60))
  return [
    `The first time, a notice is shown, and nothing leaves before you had at least a minute to say no. Three may answer sooner: you, with \`usage optin\`; the image or the job that you run, with USAGE_CONSENT; and your site, where it has told you itself (its policy says so).${ci === 'off' ? '' : ' In a CI system nobody is there to wait for: it is sent at once.'}`,
    `From then on it is sent soon after a run starts or ends; features are collected until there are ${flush.threshold}, or ${minutes} minutes have passed, or the run ends.`,
    ci === 'off' ? 'Nothing is counted in CI systems.' : 'Runs in CI systems are counted apart from people.',
  ]
}

function usedFor({purpose}: ProjectFile): string[] {
  return [
    'To answer the questions above, and what follows from them: how many people and computers there are within a period and whether use rises or falls, how long runs take, how many succeed and which fault is the commonest, which features, versions and systems are in use and which are not.',
    `It is used for nothing but ${purpose.length === 1 ? 'this purpose' : 'these purposes'}; the answers are sums, not lists of people.`,
  ]
}

function howLong({retention}: ProjectFile): string[] {
  const {runs, features} = retention
  return [
    `Runs are kept for ${retentionWords(runs)}, single uses of features for ${retentionWords(features)}; sums stay. That is the project's promise: its collector replaces them by sums, whole months at a time, so up to nine weeks later. Whoever runs it has to keep the promise in backups too.`,
  ]
}

function retentionWords(time: string): string {
  const words: Readonly<Record<string, string>> = {d: 'day', w: 'week', m: 'month', y: 'year'}
  const count = Number(time.slice(0, -1))
  return `${count} ${words[time.slice(-1)]}${count === 1 ? '' : 's'}`
}

const seeIt = [
  '- `usage status` says what is recorded, what waits, and which rule decided',
  '- `usage preview` shows exactly what would be sent next',
  '- `usage log` shows exactly what has been sent, when, and the answer',
  '- `usage forget` asks for the erasure of what was sent under your pseudonyms, and makes new ones',
]

function feedback({contact}: ProjectFile): string[] {
  return [
    `Write to ${said(contact)} with questions, concerns and objections. It helps most to be specific: what worries you, about which of the values above. If your site has a policy about such data, please include a link to it.`,
  ]
}
