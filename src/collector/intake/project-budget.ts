import {UsageError} from '../../errors.ts'
import {collectorLimits} from '../limits.ts'
import type {GroupCommit} from './group-commit.ts'
import {type FairBucket, fairBucket, type Rate} from './token-bucket.ts'

/**
 * Gives each project a budget of events, so that a flood for one project leaves disk and time to the others. A batch
 * beyond it is rejected with a `UsageError` USAGE_TOO_MANY_REQUESTS and not stored: senders by HTTP try again. Its events
 * are counted in the data quality of the project with the next batch that is stored. Imports have no budget. One sender
 * leaves half of the rate to the others, so that a stranger cannot use up what a project has. Datagrams count as one sender.
 *
 * @param now Unix milliseconds
 */
export function withProjectBudgets(
  groupCommit: GroupCommit,
  now: () => number,
  rate: Rate = collectorLimits.eventsOfProject,
): GroupCommit {
  const projects = new Map<string, {readonly budget: FairBucket; beyond: number}>()
  return {
    ...groupCommit,
    async write(batch, bytes) {
      if (batch.isTrusted === true) return groupCommit.write(batch, bytes)
      const project = projects.get(batch.project) ?? {budget: fairBucket(rate), beyond: 0}
      projects.set(batch.project, project)
      const events = batch.events.length + (batch.pending?.length ?? 0)
      const {source = ''} = batch
      if (!project.budget.take(source, events, now())) {
        project.beyond += events
        throw new UsageError('USAGE_TOO_MANY_REQUESTS', `too many events of the project ${batch.project}`)
      }
      const {beyond} = project
      project.beyond = 0
      try {
        return await groupCommit.write(beyond === 0 ? batch : {...batch, beyondBudget: beyond}, bytes)
      } catch (error) {
        // Nothing was stored. A batch that is tried again and again must not use up the budget.
        project.budget.giveBack(source, events)
        project.beyond += beyond
        throw error
      }
    },
  }
}
