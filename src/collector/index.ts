/**
 * Room `index`: the door for a program that embeds a collector.
 *
 * It exports `openCollector` and its types. Importing it has no effects. All other modules of `src/collector` may
 * change without notice. Read next: `collector.ts`, which opens and closes the parts, then the rooms in the order of
 * docs/architecture.md.
 */
export {type Collector, type CollectorOptions, openCollector} from './collector.ts'
export type {UdpAddress} from './receive/udp/open-receiver.ts'
