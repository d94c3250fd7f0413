import {quoteForShell} from '../../shell/shell-text.ts'

/**
 * Writes the lines that count a script of sh, bash, zsh, ksh or busybox. They name their project by the path of its file, so
 * they work in any folder and with any environment. Where `usage` is not installed, they do and print nothing. Pure.
 */
export const writeSnippet = (projectFile: string): string => `count_use() {
  command -v usage-reporter >/dev/null || return 0
  command usage-reporter "$@" --project-file ${quoteForShell(projectFile)} || :
}
count_use start --script "$0"
trap 'count_use end --exit-code "$?"' EXIT
for signal in HUP INT PIPE ALRM TERM XCPU USR1 USR2; do
  trap "trap - EXIT $signal; count_use end --signal SIG$signal; kill -$signal \\$\\$" "$signal"
done`
