import type {ProgramHeader} from '../../protocol/header.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {detectCi} from '../world/ci.ts'
import {readOperatingSystem} from '../world/operating-system.ts'
import {detectScheduler} from '../world/scheduler.ts'
import type {World} from '../world/world.ts'

/** What a program says of itself; what it does not say is null. */
export interface ProgramWords {
  /** The program's name; the project file's `application` when not said. */
  readonly application?: string | null
  readonly version?: string | null
  readonly commit?: string | null
  readonly component?: string | null
}

/** What a program says of itself, with what its surroundings say of the machine. Reads the system's own files. */
export function readHeader(world: World, project: ProjectFile, said: ProgramWords): ProgramHeader {
  return {
    application: said.application ?? project.application ?? null,
    version: said.version ?? null,
    commit: said.commit ?? null,
    component: said.component ?? null,
    os: readOperatingSystem(),
    ci: detectCi(world.environment),
    scheduler: detectScheduler(world.environment),
  }
}
