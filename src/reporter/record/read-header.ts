import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {ProgramHeader} from '../../protocol/report/header.ts'
import {detectAgent} from '../world/agent.ts'
import {detectCi} from '../world/ci.ts'
import {readOperatingSystem} from '../world/operating-system.ts'
import {detectScheduler} from '../world/scheduler.ts'
import type {World} from '../world/world.ts'

/** What a program says of itself; what it does not say is null. */
export interface ProgramDescription {
  /** The program's name; the project file's `application` by default. */
  readonly application?: string | null
  readonly version?: string | null
  readonly commit?: string | null
  readonly component?: string | null
}

/** What a program says of itself, with what its surroundings say of the machine. Reads the system's own files. */
export function readHeader(world: World, project: ProjectFile, program: ProgramDescription): ProgramHeader {
  return {
    application: program.application ?? project.application ?? null,
    version: program.version ?? null,
    commit: program.commit ?? null,
    component: program.component ?? null,
    os: readOperatingSystem(),
    ci: detectCi(world.environment)?.id ?? null,
    agent: detectAgent(world.environment),
    scheduler: detectScheduler(world.environment),
  }
}
