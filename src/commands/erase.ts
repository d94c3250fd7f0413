import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {confirmEnd, endProject} from '../cli/maintain/operate/end-project.ts'
import {type ProjectEnd, writeEnded, writeEndPlan} from '../cli/text/operator/write-ended.ts'
import {planProjectEnd} from '../collector/upkeep/plan-project-end.ts'
import {UsageError} from '../errors.ts'

/** What was erased, or with `--dry-run` would be: then receipt and time are null. */
type Erased = ProjectEnd & {
  readonly dryRun: boolean
  readonly receipt: string | null
  readonly erasedAt: string | null
}

export default class Erase extends BaseCommand {
  static override summary = 'For operators: delete everything that a collector has of a project.'
  static override description =
    'Deletes runs, features, totals, pending events, share links and the tokens of the project, and leaves a receipt. Works beside a running collector, which then refuses reports of the project. To erase your own data as a user, run usage forget.'
  static override examples = [
    '<%= config.bin %> erase --project parsl --dry-run',
    '<%= config.bin %> erase --project parsl --data /var/lib/usage --yes',
  ]
  static override flags = {
    project: Flags.string({description: 'the id of the project (required)', helpValue: 'ID'}),
    ...storeFlags,
    yes: Flags.boolean({description: 'do not ask; required without a terminal'}),
    'dry-run': Flags.boolean({description: 'only print what would be deleted'}),
  }

  async run(): Promise<Erased> {
    const {flags} = await this.parse(Erase)
    const {project} = flags
    if (project === undefined)
      throw new UsageError('USAGE_WRONG_USE', '--project is required', {
        next: 'To erase what a collector has of a project: --project ID. To erase your own data: usage forget',
      })
    const place = placeOfFlags(flags)
    const plan = () => planProjectEnd(place, project)
    if (flags['dry-run'])
      return this.present({...(await plan()), dryRun: true, receipt: null, erasedAt: null}, answer =>
        writeEndPlan(answer),
      )
    if (!flags.yes) await this.confirm(await plan())
    const ended = await endProject(place, project, this.world.now())
    return this.present({...ended, dryRun: false}, () => writeEnded(ended))
  }

  private async confirm(plan: ProjectEnd): Promise<void> {
    const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true && !this.jsonEnabled()
    if (isTerminal) process.stderr.write(`${this.fit(writeEndPlan(plan))}\n`)
    if (isTerminal && (await confirmEnd(plan.project, process.stdin, process.stderr))) return
    throw new UsageError('USAGE_WRONG_USE', 'nothing was deleted: the deletion is not confirmed', {
      next: 'Type the id of the project on a terminal, or use --yes.',
    })
  }
}
