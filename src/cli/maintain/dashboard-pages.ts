import type {MakePages} from '../../collector/receive/http/pages.ts'
import {createDashboard, type DashboardParts} from '../../dashboard/site/site.ts'
import {explainProject} from '../../reporter/projects/explain.ts'

/** Makes the dashboard of a collector. Its notice has the same words as `usage explain`. */
export const dashboardPages =
  (access: DashboardParts['access']): MakePages =>
  parts =>
    createDashboard({...parts, access, explain: explainProject})
