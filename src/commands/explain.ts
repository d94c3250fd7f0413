import * as Flags from '@oclif/core/flags'
import {chooseProjectsToRead} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writeExplanation, writeMarkdownExplanation} from '../cli/text/write-explanation.ts'
import type {ProjectFile} from '../protocol/project/project-file.ts'
import {type ExplainedSection, explainHere, explainProject} from '../reporter/projects/explain.ts'
import {draftRecord} from '../reporter/projects/processing-record.ts'

interface Explanation {
  readonly project: string
  readonly sections: ExplainedSection[]
}

export default class Explain extends BaseCommand {
  static override summary = 'Explain in plain words what a project counts, why, and how to opt out.'
  static override description =
    'Uses project files and, without --markdown, the policy of the site. Without a project: usage.project.json in this folder or the nearest folder above, else every project known here. With several projects, --json prints {"projects": [...]}.'
  static override examples = [
    '<%= config.bin %> explain',
    '<%= config.bin %> explain parsl',
    '<%= config.bin %> explain --markdown > docs/usage-statistics.md',
    '<%= config.bin %> explain --record --markdown > record-of-processing.md',
  ]
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    record: Flags.boolean({
      description:
        'draft the record of processing (Article 30 GDPR) and the legal basis, for a data protection officer',
    }),
    markdown: Flags.boolean({description: 'write a Markdown page that the project can publish', exclusive: ['json']}),
  }

  async run(): Promise<Explanation | {projects: Explanation[]}> {
    const {args, flags} = await this.parse(Explain)
    const chosen = chooseProjectsToRead(this.world, readPersonProject(args, flags))
    const explain = (project: ProjectFile) =>
      flags.record ? draftRecord(project) : flags.markdown ? explainProject(project) : explainHere(this.world, project)
    const projects = chosen.map(project => ({project: project.project, sections: explain(project)}))
    const [first] = projects
    const answer = first !== undefined && projects.length === 1 ? first : {projects}
    if (flags.markdown)
      return this.presentFile(answer, () => projects.map(one => writeMarkdownExplanation(one.sections)).join('\n\n'))
    const write = ({sections}: Explanation) => writeExplanation(sections, this.paint, this.width)
    return this.present(answer, () => projects.map(write).join('\n\n\n'))
  }
}
