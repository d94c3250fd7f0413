import type {MakePages} from '../collector/pages.ts'
import {createDashboard, type DashboardParts} from '../dashboard/site.ts'
import {explainProject} from '../reporter/explain.ts'

/** Makes the dashboard of a collector, with the notice that the script side shows. */
export const dashboardPages =
  (access: DashboardParts['access']): MakePages =>
  parts =>
    createDashboard({...parts, access, explain: explainProject})
