import {collectionVersion, destinationKey, type ProjectFile} from '../protocol/project-file.ts'
import type {ClientContent} from './client-content.ts'

/** What the client for shells is made of: constants, the allow-list, and what a shell finds out of its environment. */
export function shellConstants(content: ClientContent): string[] {
  const {project, noticeText, version} = content
  const {user, host, script, rotate} = project.identity
  const ids = Object.entries({user, host, script}).flatMap(([name, isWanted]) => (isWanted ? [name] : []))
  const application = project.application === undefined ? 'null' : JSON.stringify(project.application)
  return [
    assign({
      project: project.project,
      folder: `${project.project}-${destinationKey(project)}`,
      version: collectionVersion(project),
      application,
      endpoint: project.endpoint.http ?? '',
      sent_key: project.writeKey === undefined ? '' : curlHeader(`authorization: Bearer ${project.writeKey}`),
    }),
    assign({
      ids: ids.join(' '),
      rotate,
      threshold: String(project.flush.threshold),
      interval: String(project.flush.intervalSeconds),
      counts_ci: project.ci === 'off' ? 'no' : 'yes',
      asks_first: project.consent === 'opt-in' ? 'yes' : 'no',
    }),
    assign({
      client: JSON.stringify({name: 'usage-sh', version}),
      by: '{"by":"usage-sh","format":1,',
    }),
    assign({notice: escapeForPrintf(noticeText)}),
    assign({document: escapeForPrintf(`${JSON.stringify(project, null, 2)}\n`)}),
    writeFeatures(project),
    writeRank(content),
    writeSurroundings(content),
  ]
}

/** The name of the variable that says no to this project; that of all projects where it has none of its own. */
export const ownVariable = ({environmentVariable}: ProjectFile): string => environmentVariable ?? 'USAGE_TRACKING'

const assign = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `_u_${name}=${quoteForShell(value)}`)
    .join(' ')

/** For `printf %b`: a text of several lines as one word on one line. */
const escapeForPrintf = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

const patterns = (texts: readonly string[]): string => [...new Set(texts)].map(quoteForShell).join(' | ')

/** A text as one word of a shell, whatever is in it. */
const quoteForShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A header as a line of curl's own settings. */
const curlHeader = (header: string): string => `header = "${header.replace(/[\\"]/g, '\\$&')}"`

/** A text as it stands in JSON, without its quotes. */
const inside = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Sets the inside of the event that says the feature; false for one that is not declared. Names come as they are, or as JSON. */
function writeFeatures({features: {types, names, allowOther}}: ProjectFile): string {
  const plain = names.filter(name => inside(name) === name)
  const others = names.filter(name => inside(name) !== name)
  const branches = [
    ...(plain.length > 0 ? [`${patterns(plain)}) _u_text=$2 ;;`] : []),
    ...others.map(name => `${patterns([name, inside(name)])}) _u_text=${quoteForShell(inside(name))} ;;`),
    allowOther
      ? `'' | *[!0-9A-Za-z\\ ._:+\\(\\)\\>-]*) return 1 ;; *) [ "\${#2}" -le 128 ] && _u_text=$2 || return 1 ;;`
      : '*) return 1 ;;',
  ]
  return `_u_is_feature() { # TYPE NAME: whether it is declared; the words of its event go to _u_text
  case $1 in ${patterns(types)}) ;; *) return 1 ;; esac; case $2 in ${branches.join(' ')} esac
  _u_text="\\"featureType\\":\\"$1\\",\\"name\\":\\"$_u_text\\""; }`
}

/** An MPI job is counted once, by its rank 0. */
function writeRank({project, rankVariables}: ClientContent): string {
  if (project.schedulers.mpi !== 'rank-0') return '_u_is_counted_rank() { :; }'
  const ranks = rankVariables.map(name => `"\${${name}-}"`).join(' ')
  return `_u_is_counted_rank() { # An MPI job is counted once, by its rank 0.
  for _u_word in ${ranks}; do case $_u_word in '' | *[!0-9]*) ;; *[1-9]*) return 1 ;; *) return 0 ;; esac; done; }`
}

/** The CI system and the batch system: the first whose signs are there. Expansions alone: no process. */
function writeSurroundings({ciConditions, schedulers}: ClientContent): string {
  const isOne = /^\[ -n "\$\{(\w+)-\}" \]$/
  const others = ciConditions.filter(([condition]) => !isOne.test(condition))
  const flag = (condition: string) => `_u_sign_${others.findIndex(([other]) => other === condition)}`
  const tests = others.map(
    ([condition]) =>
      `${flag(condition)}='' && ${condition.replaceAll('_usage_has', '_u_has')} && ${flag(condition)}=yes`,
  )
  const words = ciConditions.map(([condition, id]) => `\${${isOne.exec(condition)?.[1] ?? flag(condition)}:+${id} }`)
  return `_u_has() { case $1 in *"$2"*) ;; *) return 1 ;; esac; }
_u_surroundings() { # The CI system and the batch system that this runs in.
  ${tests.join('; ')}
  _u_ci="${words.join('')}" _u_scheduler="${schedulers.map(([name, id]) => `\${${name}:+${id} }`).join('')}"
  _u_ci=\${_u_ci%% *} _u_scheduler=\${_u_scheduler%% *}; case \${CI-} in false) _u_ci='' ;; 1 | [Tt][Rr][Uu][Ee]) _u_ci=\${_u_ci:-ci} ;; esac; }`
}
