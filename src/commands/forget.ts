import * as Flags from '@oclif/core/flags'
import {chooseAll} from '../cli/arguments/project-choice.ts'
import {BaseCommand, exitLike} from '../cli/framework/base-command.ts'
import {projectFlags, waitFlag} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writeForget} from '../cli/text/write-forget.ts'
import {type ForgetOutcome, forgetDestinations, isStillOpen, withdrawForget} from '../reporter/person/forget.ts'
import {requireFolders} from '../reporter/person/require-folders.ts'
import {runSender} from '../reporter/sender/run-sender.ts'

/** Seconds that a request takes at most, without --wait. */
const defaultWaitSeconds = 10

export default class Forget extends BaseCommand {
  static override summary = 'Ask the collectors to erase your data, then create new ids.'
  static override description =
    `Drops the waiting events and asks every collector that received reports. An unconfirmed request is kept and
sent before every report; --withdraw takes it back. Recording continues with new ids that cannot be linked to the old ones. To stop recording too,
run <%= config.bin %> optout. The sent log stays on this machine for 30 days. --json shows its folder, so that you can remove it.`
  static override examples = ['<%= config.bin %> forget', '<%= config.bin %> forget --project parsl --wait 60 --json']
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    wait: waitFlag,
    withdraw: Flags.boolean({description: 'take back requests that are not confirmed, so that reports are sent again'}),
  }

  async run(): Promise<ForgetOutcome & {unreadable: string[]}> {
    const {args, flags} = await this.parse(Forget)
    requireFolders(this.world)
    const {destinations, unreadable} = chooseAll(this.world, readPersonProject(args, flags))
    const waitSeconds = Number(flags.wait || defaultWaitSeconds)
    const outcome = flags.withdraw
      ? withdrawForget(this.world, destinations)
      : await forgetDestinations(this.world, destinations, {deliver: runSender, waitSeconds})
    if (unreadable.length > 0 || outcome.projects.some(isStillOpen)) exitLike('USAGE_NOT_FORGOTTEN')
    return this.presentWrapped({...outcome, unreadable}, answer => writeForget(answer, this.paint))
  }
}
