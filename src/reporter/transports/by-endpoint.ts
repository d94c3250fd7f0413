import type {Environment} from '../world.ts'
import {httpTransport} from './http.ts'
import type {Transport} from './transport.ts'
import {udpScheme, udpTransport} from './udp.ts'

/** Makes the transport that delivers to either kind of endpoint. */
export function transportByEndpoint(environment: Environment): Transport {
  const [http, udp] = [httpTransport(environment), udpTransport()]
  return request => (request.endpoint.startsWith(udpScheme) ? udp(request) : http(request))
}
