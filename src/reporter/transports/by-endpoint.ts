import type {Environment} from '../world/environment.ts'
import {folderScheme, folderTransport} from './folder.ts'
import {httpTransport} from './http.ts'
import type {Transport} from './transport.ts'
import {udpScheme, udpTransport} from './udp.ts'

/** Makes the transport that delivers to each kind of endpoint. */
export function transportByEndpoint(environment: Environment): Transport {
  const [http, udp, folder] = [httpTransport(environment), udpTransport(), folderTransport()]
  return request => {
    if (request.endpoint.startsWith(folderScheme)) return folder(request)
    return request.endpoint.startsWith(udpScheme) ? udp(request) : http(request)
  }
}
