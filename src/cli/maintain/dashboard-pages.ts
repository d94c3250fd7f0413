import type {MakePages} from '../../collector/receive/http/pages.ts'
import {createDashboard, type DashboardParts} from '../../dashboard/site/site.ts'
import {explainProject} from '../../reporter/projects/explain.ts'

/** Makes the dashboard of a collector, with the notice that the script side shows. */
export const dashboardPages =
  (access: DashboardParts['access']): MakePages =>
  parts =>
    createDashboard({...parts, access, explain: explainProject})
