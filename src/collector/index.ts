/** The collector's door: receive and store reports within a program of one's own. Nothing happens at import. */
export {type Collector, type CollectorOptions, openCollector, type UdpAddress} from './collector.ts'
