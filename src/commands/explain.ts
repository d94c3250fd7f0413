import * as Flags from '@oclif/core/flags'
import {chooseProjectOrNearest} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {writeExplanation, writeMarkdownExplanation} from '../cli/text/write-explanation.ts'
import {type ExplainedSection, explainProject} from '../reporter/projects/explain.ts'

export default class Explain extends BaseCommand {
  static override summary = 'Explain in plain words what a project counts, why, and how to opt out.'
  static override description =
    'Uses only the project file. Without a project: usage.project.json in this folder or the nearest folder above.'
  static override examples = [
    '<%= config.bin %> explain --project parsl',
    '<%= config.bin %> explain --markdown > docs/usage-statistics.md',
  ]
  static override flags = {
    ...projectFlags,
    markdown: Flags.boolean({description: 'write a Markdown page that the project can publish', exclusive: ['json']}),
  }

  async run(): Promise<{project: string; sections: ExplainedSection[]}> {
    const {flags} = await this.parse(Explain)
    const project = chooseProjectOrNearest(this.world, flags)
    const answer = {project: project.project, sections: explainProject(project)}
    const write = flags.markdown ? writeMarkdownExplanation : writeExplanation
    return this.present(answer, ({sections}) => write(sections, this.paint))
  }
}
