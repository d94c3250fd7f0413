import * as Flags from '@oclif/core/flags'
import {chooseAll} from '../cli/arguments/project-choice.ts'
import {readPeriod, readSeconds} from '../cli/arguments/read-values.ts'
import {BaseCommand, exitLike} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writeAccess} from '../cli/text/person/write-access.ts'
import {UsageError} from '../errors.ts'
import {toPlainText} from '../protocol/values/plain-text.ts'
import {type AccessOutcome, askCollectors, isUnanswered} from '../reporter/person/access.ts'
import {findJoined, type JoinedIds, planAccess} from '../reporter/person/access-plan.ts'
import {requireFolders} from '../reporter/person/require-folders.ts'
import {httpAsker} from '../reporter/transports/http.ts'

/** Seconds for the answer about one id, without --wait. */
const defaultWaitSeconds = 30

export default class Access extends BaseCommand {
  static override summary = 'Show everything that the collectors hold about you.'
  static override description =
    `Asks each collector that received reports from you, with the same proof as <%= config.bin %> forget: the key of your id, by HTTPS.
Asks about your id of the current period. Ids of other periods cannot be linked to it, so --period asks about one of them.
--all asks about all of them; it first shows what a collector could link, and needs --join.
Works also after an opt-out. Sends no event and writes nothing. Exits 3 if a collector did not answer completely.`
  static override examples = [
    '<%= config.bin %> access',
    '<%= config.bin %> access parsl --json',
    '<%= config.bin %> access --period 2025',
    '<%= config.bin %> access --erased',
  ]
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    period: Flags.string({
      description: 'ask about your id of this period, such as 2025',
      helpValue: 'PERIOD',
      exclusive: ['all'],
      parse: async input => readPeriod(input),
    }),
    all: Flags.boolean({
      description: 'ask about your ids of all periods, with pauses of some seconds',
      exclusive: ['erased'],
    }),
    join: Flags.boolean({
      description: 'with --all: let a collector learn that these ids are one person',
      dependsOn: ['all'],
    }),
    erased: Flags.boolean({description: 'ask about the id that `forget` had erased, to check the erasure'}),
    wait: Flags.string({
      description: `the time limit in seconds for the answer about one id (default: ${defaultWaitSeconds})`,
      helpValue: 'SECONDS',
      parse: async input => readSeconds(input),
    }),
  }

  async run(): Promise<AccessOutcome & {unreadable: string[]}> {
    const {args, flags} = await this.parse(Access)
    requireFolders(this.world)
    const {destinations, unreadable} = chooseAll(this.world, readPersonProject(args, flags))
    const choice = {period: flags.period ?? null, isAll: flags.all, isErased: flags.erased}
    const plans = destinations.map(destination => planAccess(this.world, destination, choice))
    const joined = flags.join ? [] : findJoined(plans)
    if (joined.length > 0) throw new UsageError('USAGE_ACCESS_JOINS', joined.map(writeJoined).join('; '))
    const ask = httpAsker(this.world.environment)
    const outcome = await askCollectors(this.world, plans, {ask, waitSeconds: Number(flags.wait || defaultWaitSeconds)})
    if (unreadable.length > 0 || outcome.projects.some(isUnanswered)) exitLike('USAGE_NOT_SHOWN')
    return this.presentWrapped({...outcome, unreadable}, answer => writeAccess(answer, this.paint))
  }
}

const writeJoined = ({project, endpoint, periods}: JoinedIds): string =>
  `${toPlainText(endpoint)} could learn that your ids of ${toPlainText(project)} for ${periods.map(toPlainText).join(', ')} are one person`
