import * as Flags from '@oclif/core/flags'
import {BaseCommand, exitLike} from '../cli/base-command.ts'
import {projectFlags, waitFlag} from '../cli/flags.ts'
import {chooseDestinations} from '../cli/project-choice.ts'
import {writeBackground, writeFlush} from '../cli/write-flush.ts'
import {type FlushOutcome, flushDestinations} from '../reporter/flush.ts'
import {runSender} from '../reporter/run-sender.ts'
import {spawnSender} from '../reporter/spawn-sender.ts'

/** Seconds that a flush takes at most unless it is told otherwise. */
const defaultWaitSeconds = 10

export default class Flush extends BaseCommand {
  static override summary = 'Send what waits now.'
  static override description = 'Says truthfully what was sent, kept, refused and dropped. Takes 10 seconds at most.'
  static override examples = ['<%= config.bin %> flush', '<%= config.bin %> flush --wait 60 --json']
  static override flags = {
    ...projectFlags,
    wait: waitFlag,
    background: Flags.boolean({description: 'start the senders that are due and return', exclusive: ['wait']}),
  }

  async run(): Promise<FlushOutcome | {started: number}> {
    const {flags} = await this.parse(Flush)
    const destinations = chooseDestinations(this.world, flags)
    if (flags.background) {
      const started = destinations.filter(destination => spawnSender(this.world, destination)).length
      return this.present({started}, writeBackground)
    }
    const waitSeconds = Number(flags.wait || defaultWaitSeconds)
    const outcome = await flushDestinations(this.world, destinations, {deliver: runSender, waitSeconds})
    if (outcome.refused > 0 || outcome.projects.some(one => one.isUndelivered)) exitLike('USAGE_NOT_DELIVERED')
    return this.present(outcome, answer => writeFlush(answer, this.paint))
  }
}
