import {existsSync} from 'node:fs'
import type {DestinationPaths} from '../destination/destination.ts'

/** Whether an erasure request is pending, also a damaged one. No report is sent meanwhile. */
export const isForgetPending = ({forget}: DestinationPaths): boolean => existsSync(forget)
