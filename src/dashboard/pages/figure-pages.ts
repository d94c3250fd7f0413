import type {AnswerPageName} from '../../stats/model/answer-row.ts'
import type {Figure} from '../figures/figure.ts'
import {figures} from '../figures/figures.ts'

/** A page of figures. */
export interface FigurePage {
  /** The last part of its address; empty for the first page. */
  readonly name: string
  readonly title: string
  readonly figures: readonly Figure[]
}

const figuresOn = (page: AnswerPageName): Figure[] => figures.filter(({row}) => row.page === page)

/** The pages of a project that are made of figures, in their order. */
export const figurePages: readonly FigurePage[] = [
  {name: '', title: 'Overview', figures: figuresOn('overview')},
  {name: 'features', title: 'Features', figures: figuresOn('features')},
  {name: 'versions', title: 'Versions and systems', figures: figuresOn('versions')},
  {name: 'outcomes', title: 'Outcomes', figures: figuresOn('outcomes')},
]
