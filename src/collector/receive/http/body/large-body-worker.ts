/**
 * The thread in which a collector reads large bodies, so that none delays a small one. `large-bodies.ts` starts it. It
 * answers each message with one message.
 */
import {parentPort} from 'node:worker_threads'
import {toUsageError} from '../../../../errors.ts'
import type {LargeBody, LargeBodyAnswer} from './large-bodies.ts'
import {readContent} from './read-content.ts'

parentPort?.on('message', ({id, kind, content}: LargeBody) => {
  let message: LargeBodyAnswer
  try {
    message = {id, value: readContent(kind, content)}
  } catch (thrown) {
    const {code, message: what} = toUsageError(thrown)
    message = {id, error: {code, message: what}}
  }
  parentPort?.postMessage(message)
})
