import {dirname, resolve} from 'node:path'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {askQuestions} from '../cli/setup/ask-questions.ts'
import {completeAnswers, makeProject, requireValid} from '../cli/setup/make-project.ts'
import {requireAbsent, saveProject} from '../cli/setup/save-project.ts'
import {suggestAnswers} from '../cli/setup/suggest-answers.ts'
import {describeInit, type Initialised, writeInit} from '../cli/setup/write-init.ts'

export default class Init extends BaseCommand {
  static override summary = 'Write a project file for your software, and print the lines that count a script.'
  static override description =
    'Asks on a terminal for each value that no flag gives. Without a terminal, --contact, --purpose and --endpoint are required. Writes usage.project.json into this folder.'
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --contact team@example.org --purpose "How many people use Heatflow" --endpoint https://usage.example.org',
  ]
  static override flags = {
    name: Flags.string({
      description: 'the name of the software (default: from CITATION.cff, pyproject.toml, package.json, or the folder)',
      helpValue: 'NAME',
    }),
    project: Flags.string({description: 'the id of the project (default: made from the name)', helpValue: 'ID'}),
    contact: Flags.string({description: 'the contact for users: an email address or a web page', helpValue: 'TEXT'}),
    purpose: Flags.string({
      description: 'a question that the numbers answer, as a sentence for users; repeat it for more',
      helpValue: 'TEXT',
      multiple: true,
      multipleNonGreedy: true,
    }),
    endpoint: Flags.string({description: 'the address of the collector: https:, udp: or file:', helpValue: 'URL'}),
    consent: Flags.option({
      description:
        'opt-out: count everyone who does not opt out; opt-in: count only those who opt in (default: opt-out)',
      options: ['opt-out', 'opt-in'] as const,
    })(),
    force: Flags.boolean({description: 'replace an existing project file'}),
  }

  async run(): Promise<Initialised> {
    const {flags} = await this.parse(Init)
    const {force, name, project, contact, purpose, endpoint, consent} = flags
    const given = {name, project, contact, purpose, endpoint, consent}
    const file = resolve('usage.project.json')
    requireAbsent(file, force)
    requireValid(given)
    const suggested = suggestAnswers(dirname(file), name)
    const {stdin: input, stderr: output} = process
    const interrupt = () => process.kill(process.pid, 'SIGINT')
    const answers =
      input.isTTY && output.isTTY
        ? await askQuestions(given, suggested, {input, output, interrupt})
        : completeAnswers(given, suggested)
    const made = makeProject(answers)
    saveProject(file, made.text, force)
    return this.presentFile(describeInit(file, made), answer => writeInit(answer, this.paint))
  }
}
