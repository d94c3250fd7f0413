import {type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'

/** The invented project of the demo. */
export function demoProject(): ProjectFile {
  const parsed = parseProjectFile({
    project: 'heatflow',
    name: 'Heatflow',
    application: 'heatflow',
    contact: 'heatflow@example.org',
    purpose: [
      'How many people use Heatflow, and whether they come back',
      'How long its runs take',
      'How many fail, and how',
      'Which solvers and exports are worth keeping',
    ],
    moreInfo: 'https://heatflow.example.org/',
    endpoint: {http: 'https://usage.example.org'},
    environmentVariable: 'HEATFLOW_TRACKING',
    fields: {
      cells: {type: 'integer', min: 1, max: 10_000_000, description: 'Size of the problems that people solve'},
      precision: {type: 'enum', values: ['single', 'double'], description: 'Precision of the numbers'},
      restarted: {type: 'boolean', description: 'Whether the run went on from a saved state'},
    },
    features: {
      types: ['Algorithm', 'Interface', 'Feature'],
      names: [...demoFeatures.map(({name}) => name), 'Export.vrml', 'Solver.relaxation', 'Import.fortran-namelist'],
    },
  })
  if (!parsed.ok) throw new Error('the project of the demonstration is not valid')
  return parsed.value
}

/** A fault of the invented software: this share of the runs that use the feature in the version ends with the signal. */
export const demoCrash = {feature: 'Solver.explicit', version: '2.2', share: 0.42, signal: 'SIGSEGV'} as const

/** The features: `percent` of the runs use it, and `internalPercent` of its uses come from other features. */
export const demoFeatures: readonly {
  readonly name: string
  readonly type: string
  readonly percent: number
  readonly internalPercent: number
  readonly seconds: number | null
}[] = [
  {name: 'Load.mesh', type: 'Algorithm', percent: 88, internalPercent: 5, seconds: 2.4},
  {name: 'Solver.implicit', type: 'Algorithm', percent: 61, internalPercent: 0, seconds: 340},
  {name: 'Export.csv', type: 'Feature', percent: 47, internalPercent: 10, seconds: 0.8},
  {name: 'Rescale', type: 'Algorithm', percent: 39, internalPercent: 92, seconds: 0.05},
  {name: 'Plot.temperature', type: 'Interface', percent: 33, internalPercent: 0, seconds: null},
  {name: 'Solver.explicit', type: 'Algorithm', percent: 28, internalPercent: 0, seconds: 95},
  {name: 'Export.hdf5', type: 'Feature', percent: 17, internalPercent: 0, seconds: 3.1},
  {name: 'Boundary.radiation', type: 'Algorithm', percent: 12, internalPercent: 30, seconds: 1.2},
  {name: 'Checkpoint.save', type: 'Feature', percent: 9, internalPercent: 60, seconds: 6},
  {name: 'Plot.animation', type: 'Interface', percent: 4, internalPercent: 0, seconds: 12},
  {name: 'Solver.multigrid', type: 'Algorithm', percent: 3, internalPercent: 0, seconds: 60},
]
