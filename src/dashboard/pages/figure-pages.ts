import {
  adoptionFigure,
  applicationsFigure,
  ciFigure,
  featuresFigure,
  fieldsFigure,
  readableSystemsFigure,
  schedulersFigure,
  systemsFigure,
  versionsFigure,
} from '../figures/breakdowns.ts'
import type {Figure} from '../figures/figure.ts'
import {durationFigure, exitCodesFigure, outcomesFigure, successFigure} from '../figures/runs.ts'
import {flowFigure, hostsFigure, runsFigure, scriptsFigure, usersFigure} from '../figures/use.ts'

/** A page of figures. */
export interface FigurePage {
  /** The last part of its address; empty for the first page. */
  readonly name: string
  readonly title: string
  readonly figures: readonly Figure[]
}

/** The pages of a project that are made of figures, in their order. */
export const figurePages: readonly FigurePage[] = [
  {name: '', title: 'Overview', figures: [usersFigure, runsFigure, flowFigure, hostsFigure, scriptsFigure]},
  {name: 'features', title: 'Features', figures: [featuresFigure, fieldsFigure]},
  {
    name: 'versions',
    title: 'Versions and systems',
    figures: [
      ...[adoptionFigure, versionsFigure, systemsFigure, readableSystemsFigure],
      ...[schedulersFigure, applicationsFigure, ciFigure],
    ],
  },
  {
    name: 'outcomes',
    title: 'Outcomes',
    figures: [outcomesFigure, successFigure, exitCodesFigure, durationFigure],
  },
]
