import {chooseAll} from '../cli/arguments/project-choice.ts'
import {BaseCommand, exitLike} from '../cli/framework/base-command.ts'
import {projectFlags, waitFlag} from '../cli/framework/flags.ts'
import {writeForget} from '../cli/text/write-forget.ts'
import {type ForgetOutcome, forgetDestinations, isStillOpen} from '../reporter/person/forget.ts'
import {runSender} from '../reporter/sender/run-sender.ts'

/** Seconds that asking takes at most unless it is told otherwise. */
const defaultWaitSeconds = 10

export default class Forget extends BaseCommand {
  static override summary = 'Have the collectors erase what they hold about you, then make new ids.'
  static override description =
    `Drops what waits and asks every collector that reports went to. A request that is not confirmed is kept and
goes before every report. Recording goes on, with ids that cannot be joined with those from before: to end that too,
run <%= config.bin %> optout. The log of what was sent stays on this machine for 30 days; --json names its folder, to remove.`
  static override examples = ['<%= config.bin %> forget', '<%= config.bin %> forget --project parsl --wait 60 --json']
  static override flags = {...projectFlags, wait: waitFlag}

  async run(): Promise<ForgetOutcome & {unreadable: string[]}> {
    const {flags} = await this.parse(Forget)
    const {destinations, unreadable} = chooseAll(this.world, flags)
    const waitSeconds = Number(flags.wait || defaultWaitSeconds)
    const outcome = await forgetDestinations(this.world, destinations, {deliver: runSender, waitSeconds})
    if (unreadable.length > 0 || outcome.projects.some(isStillOpen)) exitLike('USAGE_NOT_FORGOTTEN')
    return this.present({...outcome, unreadable}, answer => writeForget(answer, this.paint))
  }
}
