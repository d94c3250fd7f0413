import * as Flags from '@oclif/core/flags'
import {chooseAll} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writeStatus} from '../cli/text/write-status.ts'
import {askForAll} from '../reporter/consent/consent-facts.ts'
import {readOptOuts} from '../reporter/person/decisions.ts'
import {type ProjectStatus, readStatus} from '../reporter/person/status.ts'
import type {World} from '../reporter/world/world.ts'

interface StatusAnswer extends Pick<World, 'lostFolders' | 'stateDirectory' | 'configDirectory'> {
  readonly projects: readonly ProjectStatus[]
  readonly unreadable: readonly string[]
}

export default class Status extends BaseCommand {
  static override summary = 'Show what is recorded, waiting and sent, and which consent rule decided.'
  static override description = 'Shows one project, or by default every project ever seen here. Writes nothing.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --events --json']
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    events: Flags.boolean({description: 'show all waiting events instead of the newest five'}),
  }

  async run(): Promise<StatusAnswer> {
    const {args, flags} = await this.parse(Status)
    const {destinations, unreadable} = chooseAll(this.world, readPersonProject(args, flags))
    const projects = destinations.map(destination => readStatus(this.world, destination, {allEvents: flags.events}))
    const {lostFolders, stateDirectory, configDirectory} = this.world
    const writing = {
      paint: this.paint,
      width: this.width,
      world: this.world,
      forAll: askForAll(this.world),
      optedOut: readOptOuts(this.world),
    }
    const folders = {lostFolders, stateDirectory, configDirectory}
    return this.present({projects, unreadable, ...folders}, answer => writeStatus(answer, writing))
  }
}
