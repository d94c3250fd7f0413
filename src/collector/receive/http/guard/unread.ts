import type {ServerResponse} from 'node:http'
import type {Socket} from 'node:net'

/** The answers that are not read yet. */
export interface Unread {
  /** Counts an answer. If all together are too large, the connections that read the slowest are closed. */
  add(response: ServerResponse, socket: Socket, payload: unknown): void
  /** Forgets an answer that was read, or whose connection ended. */
  forget(response: ServerResponse): void
  /** Closes the connections with an answer that has been unread for too long. */
  closeOld(): void
}

interface Answer {
  readonly socket: Socket
  readonly bytes: number
  readonly sinceMs: number
}

/** An answer that is not read stays in memory: this bounds how long, and how many bytes in total. */
export function createUnread(
  {maxUnreadBytes, unreadSeconds}: {readonly maxUnreadBytes: number; readonly unreadSeconds: number},
  now: () => number = () => performance.now(),
): Unread {
  // In the order in which they were made.
  const answers = new Map<ServerResponse, Answer>()
  let total = 0

  function forget(response: ServerResponse): void {
    total -= answers.get(response)?.bytes ?? 0
    answers.delete(response)
  }

  function closeWhile(mustClose: (oldest: Answer) => boolean): void {
    for (const [response, answer] of answers) {
      if (!mustClose(answer)) return
      answer.socket.destroy()
      forget(response)
    }
  }

  return {
    add(response, socket, payload) {
      forget(response)
      const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : lengthOf(payload)
      answers.set(response, {socket, bytes, sinceMs: now()})
      total += bytes
      closeWhile(() => total > maxUnreadBytes)
    },
    forget,
    closeOld: () => closeWhile(({sinceMs}) => now() - sinceMs > unreadSeconds * 1000),
  }
}

const lengthOf = (payload: unknown): number => (payload instanceof Uint8Array ? payload.byteLength : 0)
