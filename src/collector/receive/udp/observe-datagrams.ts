import type {Figure} from '../../monitoring/metrics.ts'
import type {ReadinessProbe} from '../../monitoring/readiness.ts'
import type {UdpReceiver} from './receive-udp.ts'

/** Fails while the intake of datagrams stands still. */
export const datagramProbe = (receiver: UdpReceiver): ReadinessProbe => ({
  name: 'datagrams',
  check() {
    const stillSeconds = Math.round(receiver.stillForMs() / 1000)
    const detail = stillSeconds === 0 ? 'the intake moves' : `the intake stands still for ${stillSeconds} s`
    return {ok: receiver.isMoving(), detail}
  },
})

/** What an intake of datagrams has received and lost since it was opened. */
export const datagramFigures = ({counts}: UdpReceiver): Figure[] => [
  {name: 'datagrams_received_total', help: 'Datagrams read.', isCounter: true, read: () => counts().received},
  {
    ...{name: 'datagrams_lost_total', label: 'by', isCounter: true},
    help: 'Datagrams lost in the buffer of the kernel, or in the ring of the collector.',
    read: () => new Map(Object.entries({kernel: counts().lostInKernel, ring: counts().lostInRing})),
  },
  {name: 'datagrams_waiting', help: 'Datagrams that wait to be stored.', read: () => counts().waiting},
]
