import {type Declarations, describeDeclaration} from '../../protocol/project/declaration.ts'
import {
  addressOf,
  displayName,
  isForDatagrams,
  isForFolder,
  type ProjectFile,
} from '../../protocol/project/project-file.ts'
import type {Header, ProgramHeader} from '../../protocol/report/header.ts'
import {limits} from '../../protocol/values/limits.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {World} from '../world/world.ts'
import {destinationHere, findRouter} from './destination-here.ts'
import {howToStop} from './how-to-stop.ts'

/** One section of the explanation. Text between backticks is to be typed literally. */
export interface ExplainedSection {
  readonly title: string
  /** Sentences; those that begin with `- ` are items of a list. */
  readonly lines: readonly string[]
}

/** Features that are listed by name; a project may have thousands. */
const shownFeatures = 50

/**
 * Explains in plain words what a project counts, from its project file only: for a person, and as a page that the project
 * can publish. `router`: the site policy that decides where its events go on this machine, or null. Pure. Texts of the file are made safe for a terminal and contain no backticks.
 */
export function explainProject(project: ProjectFile, router: string | null = null): ExplainedSection[] {
  return [
    {title: `Why ${plain(displayName(project))} counts how it is used`, lines: why(project)},
    {title: project.consent === 'opt-in' ? 'Opt-in' : 'Opt-out', lines: howToStop(project)},
    {title: 'What is sent', lines: whatIsSent(project)},
    {title: 'What is never sent', lines: neverSent},
    {title: 'How it is sent', lines: [...byRouter(project, router), ...how(project)]},
    {title: 'When it is sent', lines: when(project)},
    {title: 'What it is used for', lines: usedFor(project)},
    {title: 'How long it is kept', lines: howLong(project)},
    {title: 'See and erase your data', lines: seeIt},
    {title: 'Feedback', lines: feedback(project)},
  ]
}

/** The same, with the destination that the policy of this site decides. */
export function explainHere(world: World, project: ProjectFile): ExplainedSection[] {
  const destination = destinationHere(world, project)
  return explainProject(destination.project, findRouter(world, destination))
}

/** Each value that is sent. */
export const whatIsSent = (project: ProjectFile): string[] => [
  ...shared(project),
  ...events(project),
  ...declared(project),
]

/** A text of the project file, safe within a sentence. */
export const plain = (text: string): string => toPlainText(text).replaceAll('`', "'")

function why(project: ProjectFile): string[] {
  const more = project.moreInfo === undefined ? [] : [`More information: ${plain(project.moreInfo)}`]
  return [
    `${plain(displayName(project))} counts how it is used, to answer these questions:`,
    ...project.purpose.map(purpose => `- ${plain(purpose)}`),
    'The people who maintain and fund research software need these answers.',
    ...more,
  ]
}

/** Words for what the header says of the program and its surroundings; the compiler checks that none is missing. */
const programWords: Record<keyof ProgramHeader, string> = {
  application: 'the name of the program',
  version: 'the version of the program',
  commit: 'the commit that the program was built from',
  component: 'the part of the program that runs',
  os: 'the operating system: name, first two numbers of its version, processor architecture, readable name',
  ci: 'the name of the CI system, if it runs in one',
  agent: 'the name of the coding agent, if one ran the program',
  scheduler: 'the name of the batch system, if it runs in one',
}

/** Words for what the header says of the pseudonyms. */
const pseudonymWords: Record<Exclude<keyof Header, keyof ProgramHeader | 'user' | 'host'>, string> = {
  period: 'the first day of the period for which the pseudonyms were created',
  isNewSecret: 'whether the secret of the pseudonyms was created during the run',
}

function shared({project, identity}: ProjectFile): string[] {
  const {user, host, script} = identity
  const change = changeWords(identity)
  const pseudonyms = [
    ...(user ? [`- a pseudonym of the user, made with a random secret that stays in your home folder; ${change}`] : []),
    ...(host ? [`- a pseudonym of the computer, the same for all its users; ${change}`] : []),
    ...(script ? [`- a pseudonym of the script; ${change}`] : []),
  ]
  const none = pseudonyms.length === 0 ? ['- no pseudonym of the user, the computer or the script'] : []
  return [
    'With every report:',
    `- the id of the project (${project}), the name and version of the reporting program`,
    ...pseudonyms,
    ...none,
    ...(pseudonyms.length > 0 ? Object.values(pseudonymWords).map(words => `- ${words}`) : []),
    ...Object.values(programWords).map(words => `- ${words}`),
    ...(pseudonyms.length > 0
      ? [
          'The pseudonyms are different for each project. They cannot be turned back into names. One exception: a person who knows the machine id of a computer can recognise its pseudonym. The data is pseudonymous, not anonymous: several uses by one person can be linked.',
        ]
      : []),
  ]
}

function changeWords({rotate, yearBegins = '01-01'}: ProjectFile['identity']): string {
  if (rotate === 'never') return 'it never changes automatically'
  const day = rotate === 'year' && yearBegins !== '01-01' ? `, on ${nameDay(yearBegins)}` : ''
  return `a new one is created every ${rotate}${day}`
}

/** A day of every year (MM-DD) in words, such as `1 July`. */
const nameDay = (day: string): string =>
  new Date(`2001-${day}`).toLocaleDateString('en-GB', {day: 'numeric', month: 'long', timeZone: 'UTC'})

function events({features}: ProjectFile): string[] {
  const hasFeatures = features.names.length > 0 || features.allowOther
  return [
    'For every run and every counted feature:',
    '- when a run starts: a random id of the run, the time, and the number of days that it has been running',
    '- when a run ends: the time, the duration, the exit code or the signal that ended it',
    ...(hasFeatures
      ? [
          '- when a feature is used: its type and name, the time, the duration, the number of uses, and whether a program or a person used it',
        ]
      : ['- no feature use: the project declares no features']),
  ]
}

function declared({fields, features}: ProjectFile): string[] {
  return [
    ...declarationLines('Also, with the start or the end of a run:', fields),
    ...declarationLines('Also, with a feature:', features.details),
    ...featureLines(features),
  ]
}

function declarationLines(title: string, declarations: Declarations): string[] {
  const lines = Object.entries(declarations).map(
    ([name, one]) => `- ${plain(name)}: ${plain(one.description)} (${plain(describeDeclaration(one))})`,
  )
  return lines.length === 0 ? [] : [title, ...lines]
}

function featureLines({types, names, allowOther}: ProjectFile['features']): string[] {
  if (names.length === 0 && !allowOther) return []
  const shown = names.slice(0, shownFeatures).map(plain).join(', ')
  const more = names.length > shownFeatures ? `, and ${names.length - shownFeatures} more in the project file` : ''
  return [
    `Feature types: ${types.map(plain).join(', ')}.`,
    ...(names.length > 0 ? [`Features: ${shown}${more}.`] : []),
    allowOther
      ? 'Other features of these types are sent too, if their names contain only letters, digits, spaces and a few signs.'
      : 'No other features are sent.',
  ]
}

export const neverSent = [
  'Names of users and computers, paths, file names, arguments, data, free text, and anything that is not listed above. Undeclared values are removed on your computer, before sending. The collector stores no network addresses.',
]

function byRouter({endpoint}: ProjectFile, router: string | null): string[] {
  if (router === null) return []
  return [
    `On this machine, the site policy ${plain(router)} decides where reports go: ${plain(addressOf(endpoint) ?? 'nowhere')}. Nothing is sent to the endpoint of the project.`,
  ]
}

function how({endpoint}: ProjectFile): string[] {
  const to = plain(addressOf(endpoint) ?? 'nowhere')
  const by = endpoint.http?.startsWith('https:') ? 'encrypted (HTTPS)' : 'not encrypted'
  const onwards = endpoint.http === null ? 'the collector of the project' : `${plain(endpoint.http)}, ${by}`
  const folder = [
    `Reports are written to the folder ${to}, one file each. You and the group of the folder can read them. From there your site forwards them to ${onwards}. Delivery is not confirmed.`,
    '`usage forget` removes your reports that are still in the folder.',
    ...(endpoint.http === null
      ? [
          'Neither it nor `usage access` can ask a collector. To ask what is stored, or for its erasure, write to the address below.',
        ]
      : []),
  ]
  const datagrams = [
    `Each event is sent as one datagram (UDP) of at most ${limits.maxDatagramBytes} bytes. Delivery is not confirmed, so events may be lost unnoticed.`,
    'Datagrams are not answered, so `usage access` cannot ask what is stored, and `usage forget` cannot ask for erasure. To ask for either, write to the address below.',
  ]
  return [
    'Events are written to a few small files on your computer, the buffer. A background process sends them later and takes at most ten seconds. Your program does not wait for it and does not fail because of it.',
    ...(isForFolder({endpoint}) ? folder : [`Reports are sent to ${to}, ${by}.`]),
    ...(isForDatagrams({endpoint}) ? datagrams : []),
    `Events may be lost: when a disk is full, a computer is switched off, or events cannot be sent for ${limits.maxEventAgeDays} days. This is accepted, so that your work is never affected.`,
  ]
}

function when({flush, ci}: ProjectFile): string[] {
  const minutes = Math.max(1, Math.round(flush.intervalSeconds / 60))
  return [
    `Before the first report, a notice is shown. You have at least a minute to opt out before anything is sent. There is no waiting time after \`usage optin\`, in an image or a job that sets USAGE_CONSENT, or where the policy of your site states that it has informed its users.${ci === 'off' ? '' : ' There is none in CI systems either.'}`,
    `Afterwards, the starts and ends of runs are sent soon after they happen. Feature uses are sent when ${flush.threshold} are waiting, after ${minutes} minutes, or when the run ends.`,
    ci === 'off' ? 'CI runs are not counted.' : 'CI runs are counted separately from people.',
  ]
}

function usedFor({purpose}: ProjectFile): string[] {
  return [
    'To answer the questions above. The statistics show: how many people and computers use the software, whether use rises or falls, how long runs take, how many succeed, the most common failure, and which features, versions and systems are used or not.',
    `The data is used only for ${purpose.length === 1 ? 'this purpose' : 'these purposes'}. Statistics contain totals, not lists of people.`,
  ]
}

export function howLong({retention}: ProjectFile): string[] {
  const {runs, features} = retention
  return [
    `Runs are kept for ${retentionWords(runs)}, single feature uses for ${retentionWords(features)}. Afterwards only totals are kept. The collector replaces whole months, so this may happen up to nine weeks later. The operator of the collector must apply the same limits to backups.`,
  ]
}

function retentionWords(time: string): string {
  const words: Readonly<Record<string, string>> = {d: 'day', w: 'week', m: 'month', y: 'year'}
  const count = Number(time.slice(0, -1))
  return `${count} ${words[time.slice(-1)]}${count === 1 ? '' : 's'}`
}

const seeIt = [
  '- `usage status` shows what is recorded, what is waiting, and which consent rule decided',
  '- `usage preview` shows exactly what would be sent next',
  '- `usage log` shows exactly what was sent, when, and how the collector answered',
  '- `usage access` asks the collector for everything that it holds under your pseudonym of this period, and shows it',
  '- `usage forget` asks for the erasure of all data with your pseudonyms, and creates new ones',
]

function feedback({contact}: ProjectFile): string[] {
  return [
    `Write to ${plain(contact)} with questions, concerns and objections. Please be specific: which of the values above worries you, and why? If your site has a policy about such data, please include a link to it.`,
  ]
}
