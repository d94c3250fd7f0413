import {createServer, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders} from 'node:http'
import type {TestContext} from 'node:test'
import {listen} from '../../support/open-proxy.ts'

export interface LossyProxy {
  readonly url: string
  /** The probability that an answer is lost. A test may change it. */
  lossProbability: number
  /** Requests that were processed, and whose sender was not told. */
  readonly lost: number
  /** Requests whose answer arrived. */
  readonly answered: number
}

/**
 * An HTTP proxy that loses acknowledgements: it forwards a request, waits for the complete answer, and then closes the
 * connection without a byte of it, with a probability. It closes when the test ends.
 *
 * @param target address of the server, such as `http://127.0.0.1:20123`
 * @param random numbers from 0 to 1, for example of `seededRandom`
 */
export async function lossyProxy(
  t: Pick<TestContext, 'after'>,
  target: string,
  lossProbability: number,
  random: () => number,
): Promise<LossyProxy> {
  const self = {url: '', lossProbability, lost: 0, answered: 0}
  const server = createServer(async (request, response) => {
    try {
      const {answer, body} = await forward(target, request)
      if (random() < self.lossProbability) {
        self.lost++
        response.destroy()
        return
      }
      self.answered++
      response.writeHead(answer.statusCode!, endToEnd(answer.headers))
      response.end(body)
    } catch {
      // The server is down: its client sees a closed connection, too.
      response.destroy()
    }
  })
  self.url = `http://127.0.0.1:${await listen(t, server)}`
  return self
}

async function forward(target: string, request: IncomingMessage): Promise<{answer: IncomingMessage; body: Buffer}> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = httpRequest(new URL(request.url!, target), {
      method: request.method!,
      headers: {...request.headers, connection: 'close'},
      agent: false,
    })
    onward.on('response', resolve).on('error', reject)
    request.on('error', reject).pipe(onward)
  })
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return {answer, body: Buffer.concat(chunks)}
}

/** Without the headers that hold for one connection only. The length is that of the complete body. */
function endToEnd(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  const {connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest} = headers
  return rest
}
