import {existsSync} from 'node:fs'
import type {DestinationPaths} from '../destination/destination.ts'

/** Whether a request to erase is pending: no report leaves meanwhile. A damaged request is one. */
export const isForgetPending = ({forget}: DestinationPaths): boolean => existsSync(forget)
