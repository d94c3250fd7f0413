import * as Flags from '@oclif/core/flags'
import {chooseProjectFiles, chooseReadable} from '../cli/arguments/project-choice.ts'
import {BaseCommand, exitLike} from '../cli/framework/base-command.ts'
import {projectFlags, waitFlag} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {openInbox} from '../cli/maintain/open-inbox.ts'
import {writeBackground, writeFlush, writeForwarding} from '../cli/text/write-flush.ts'
import type {ProjectFile} from '../protocol/project/project-file.ts'
import {type FlushOutcome, flushDestinations} from '../reporter/person/flush.ts'
import {type Forwarding, forwardInbox} from '../reporter/person/forward-inbox.ts'
import {requireFolders} from '../reporter/person/require-folders.ts'
import {runSender} from '../reporter/sender/run-sender.ts'
import {spawnSender} from '../reporter/sender/spawn-sender.ts'
import {httpTransport} from '../reporter/transports/http.ts'

/** Seconds that a flush takes at most, without --wait. */
const defaultWaitSeconds = 10

export default class Flush extends BaseCommand {
  static override summary = 'Send the waiting events now.'
  static override description = 'Prints how many events were sent, kept, refused and dropped. Takes at most 10 seconds.'
  static override examples = [
    '<%= config.bin %> flush',
    '<%= config.bin %> flush --wait 60 --json',
    '<%= config.bin %> flush --from /shared/inbox --project-file usage.project.json',
  ]
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    wait: waitFlag,
    from: Flags.string({
      description:
        'send the reports in this folder to the collector of their project, instead of the events waiting here',
      helpValue: 'DIR',
      exclusive: ['background'],
    }),
    background: Flags.boolean({
      description: 'start the senders that are due and return immediately',
      exclusive: ['wait'],
    }),
  }

  async run(): Promise<FlushOutcome | Forwarding | {started: number}> {
    const {args, flags} = await this.parse(Flush)
    requireFolders(this.world)
    const {destinations, unreadable} = chooseReadable(this.world, readPersonProject(args, flags))
    this.nameUnreadable(unreadable)
    if (flags.background) {
      const started = destinations.filter(destination => spawnSender(this.world, destination)).length
      return this.present({started}, writeBackground)
    }
    const waitSeconds = Number(flags.wait || defaultWaitSeconds)
    if (flags.from !== undefined) {
      const projects = [...chooseProjectFiles(this.world, flags), ...destinations.map(({project}) => project)]
      return this.forward(flags.from, projects, waitSeconds)
    }
    const outcome = await flushDestinations(this.world, destinations, {deliver: runSender, waitSeconds})
    if (outcome.refused > 0 || outcome.projects.some(one => one.isUndelivered)) exitLike('USAGE_NOT_DELIVERED')
    return this.present(outcome, answer => writeFlush(answer, this.paint))
  }

  private async forward(from: string, projects: readonly ProjectFile[], waitSeconds: number): Promise<Forwarding> {
    const outcome = await forwardInbox(this.world, {
      inbox: openInbox(from),
      projects,
      transport: httpTransport(this.world.environment),
      signal: AbortSignal.timeout(waitSeconds * 1000),
    })
    if (outcome.refused + outcome.kept + outcome.setAside > 0) exitLike('USAGE_NOT_DELIVERED')
    return this.present(outcome, answer => writeForwarding(answer, this.paint))
  }
}
