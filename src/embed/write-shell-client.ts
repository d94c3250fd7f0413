import {addressOf, collectionVersion, destinationKey, type ProjectFile} from '../protocol/project/project-file.ts'
import {type ConsentTerms, writeConsentValues} from '../shell/consent-values.ts'
import {assignText, quoteForShell} from '../shell/shell-text.ts'
import {writeRank, writeScriptPath, writeSurroundings} from '../shell/surroundings.ts'
import {type ClientContent, inboxOf, splitNotice} from './client-content.ts'

/** What the client for shells is made of: constants, the allow-list, and what a shell finds out of its environment. */
export function shellConstants(content: ClientContent): string[] {
  const {project, notice, version} = content
  const {head, later, now} = splitNotice(notice)
  const {user, host, script, rotate, yearBegins} = project.identity
  const ids = Object.entries({user, host, script}).flatMap(([name, isWanted]) => (isWanted ? [name] : []))
  const application = project.application === undefined ? 'null' : JSON.stringify(project.application)
  return [
    '# In braces: a DEBUG trap of the script prints nothing of it, and nothing is exported.',
    '{',
    '  case $- in',
    '    *a*) set +a && _u_all=yes ;;',
    '    *) _u_all= ;;',
    '  esac',
    '  case ${BASH_VERSION:+$-} in',
    '    *T*) set +T && _u_all=$_u_all-T ;;',
    '  esac',
    ...assign({
      project: project.project,
      contact: project.contact,
      folder: `${project.project}-${destinationKey(project)}`,
      version: collectionVersion(project),
      application,
      // Where reports go, as it stands in JSON, and its path if it is that of a folder.
      endpoint: inside(addressOf(project.endpoint) ?? ''),
      inbox: inboxOf(project) ?? '',
      write_key: project.writeKey === undefined ? '' : curlHeader(`authorization: Bearer ${project.writeKey}`),
      ids: ids.join(' '),
      rotate,
      year_begins: yearBegins ?? '01-01',
      threshold: String(project.flush.threshold),
      interval: String(project.flush.intervalSeconds),
      counts_ci: project.ci === 'off' ? 'no' : 'yes',
      asks_first: project.consent === 'opt-in' ? 'yes' : 'no',
      own_variable: ownVariable(project),
      client: JSON.stringify({name: 'usage-sh', version}),
      by: '{"by":"usage-sh","format":1,',
    }),
    '',
    '  # The notice: its beginning, when events are sent, in a CI system too, and its end.',
    ...assign({notice_head: head, sent_later: later, sent_now: now, notice_end: notice.end}),
    '',
    '  # The project file.',
    ...assign({document: JSON.stringify(project, null, 2)}),
    '} >/dev/null 2>&1',
    '',
    writeConsentValues('_u', content.consent),
    '',
    '# Whether the own variable of the project opts out.',
    `_u_is_opt_out_by_own_variable() { _u_is_opt_out "\${${ownVariable(project)}-}"; }`,
    '',
    writeOptOutReasons(content.consent),
    '',
    writeFeatures(project),
    '',
    writeRank('_u', content),
    '',
    writeScriptPath('_u', '_u_script', content),
    '',
    writeSurroundings('_u', content),
  ]
}

/** The variable that opts out of this project; that of all projects where it has none of its own. */
const ownVariable = ({environmentVariable}: ProjectFile): string => environmentVariable ?? 'USAGE_TRACKING'

const assign = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => assignText(`_u_${name}`, value, '  '))

const writeOptOutReasons = ({
  optOutReasons,
}: ConsentTerms): string => `# Whether _u_reason is an opt-out: then no event may wait.
_u_has_opted_out() {
  case $_u_reason in
${optOutReasons.map(reason => `    ${reason}) ;;`).join('\n')}
    *) return 1 ;;
  esac
}`

/** A header as a line of curl's own settings. */
const curlHeader = (header: string): string => `header = "${header.replace(/[\\"]/g, '\\$&')}"`

/** A text as it stands in JSON, without its quotes. */
const inside = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Writes the function that is true for a declared feature. It takes names as they are, or as they are in JSON. */
function writeFeatures({features: {types, names, allowOther}}: ProjectFile): string {
  const known = [...new Set(names)].map(name => {
    const quoted = quoteForShell(inside(name))
    return inside(name) === name ? `${quoted}) ;;` : `${quoteForShell(name)} | ${quoted}) _u_text=${quoted} ;;`
  })
  const others = allowOther
    ? [`'' | *[!0-9A-Za-z\\ ._:+\\(\\)\\>-]*) return 1 ;;`, '*) [ "${#2}" -le 128 ] || return 1 ;;']
    : ['*) return 1 ;;']
  return `# TYPE NAME: whether the feature is declared; these keys of its event go to _u_text.
_u_is_feature() {
  case $1 in
${[...new Set(types)].map(type => `    ${quoteForShell(type)}) ;;`).join('\n')}
    *) return 1 ;;
  esac
  _u_text=$2
  case $2 in
${[...known, ...others].map(branch => `    ${branch}`).join('\n')}
  esac
  _u_text='"featureType":"'$1'","name":"'$_u_text'"'
}`
}
