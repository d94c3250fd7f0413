import * as Flags from '@oclif/core/flags'
import {chooseReadable} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writePreview, writePreviewWarnings, writeRawPreview} from '../cli/text/write-preview.ts'
import {type Preview as PreviewAnswer, readPreview} from '../reporter/person/preview.ts'
import {requireFolders} from '../reporter/person/require-folders.ts'

export default class Preview extends BaseCommand {
  static override summary = 'Show exactly what the next flush would send, what delays it, and what it would drop.'
  static override description = 'Uses the same function as the sender. Writes nothing and opens no connection.'
  static override examples = ['<%= config.bin %> preview', '<%= config.bin %> preview --raw']
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    raw: Flags.boolean({description: 'exactly the bodies, one per line', exclusive: ['json']}),
  }

  async run(): Promise<{projects: PreviewAnswer[]}> {
    const {args, flags} = await this.parse(Preview)
    requireFolders(this.world)
    const {destinations, unreadable} = chooseReadable(this.world, readPersonProject(args, flags))
    this.nameUnreadable(unreadable)
    const projects = await Promise.all(destinations.map(destination => readPreview(this.world, destination)))
    if (!flags.raw) return this.presentWrapped({projects}, answer => writePreview(answer.projects, this.paint))
    for (const line of writePreviewWarnings(projects)) this.logToStderr(this.fit(line))
    return this.presentFile({projects}, answer => writeRawPreview(answer.projects))
  }
}
