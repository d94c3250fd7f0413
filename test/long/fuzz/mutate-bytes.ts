import type {Chance} from './mutate.ts'

const numbers = [
  '1e400',
  '-1e400',
  '1e-400',
  '123456789012345678901234567890',
  '-0',
  '0x10',
  'NaN',
  '1_000',
  '01',
  '.5',
]
const escapes = ['\\ud800', '\\udc00\\ud800', '\\u0000', '\\u202e', '\\x41', '\\', '\\uD83D\\uDE00', '\\u00zz']
const scraps = ['\ufeff', '/* */', ',', '}', '[', ' ', '\u0000', '\r\n', '"', '//\n']
/** Keys that a text may have twice. The last one counts. */
const again = [
  '"project":"demo",',
  '"project":"none",',
  '"events":[],',
  '"protocol":2,',
  '"__proto__":{"protocol":1},',
  '"header":null,',
]

type TextChange = (chance: Chance, text: string) => string

const at = ({below}: Chance, text: string, put: string, taken = 0): string => {
  const place = below(text.length + 1)
  return text.slice(0, place) + put + text.slice(place + taken)
}

const textChanges: readonly TextChange[] = [
  ({pick}, text) => text.replace(/\d+(?:\.\d+)?(?=[,}\]])/, pick(numbers)),
  ({pick}, text) => text.replace(/"(?=[A-Za-z]+[.\s])/, `"${pick(escapes)}`),
  (chance, text) => at(chance, text, chance.pick(escapes)),
  (chance, text) => at(chance, text, chance.pick(scraps), chance.below(3)),
  ({pick}, text) => text.replace('{', `{${pick(again)}`),
  ({pick}, text) => text.replace(/\}$/, `,${pick(again).slice(0, -1)}}`),
  ({below}, text) => text.slice(0, below(text.length)),
  (_, text) => `${text}${text}`,
  (_, text) => ` \n\t${text}\n`,
]

/** Changes the text of a message, mostly into what is not JSON. */
export const mutateText = (chance: Chance, text: string): string => chance.pick(textChanges)(chance, text)

type ByteChange = (chance: Chance, bytes: Buffer) => Buffer

const byteChanges: readonly ByteChange[] = [
  ({below}, bytes) => bytes.subarray(0, below(bytes.length + 1)),
  ({below}, bytes) => bytes.subarray(below(bytes.length + 1)),
  ({below}, bytes) => {
    const place = below(bytes.length)
    if (bytes.length > 0) bytes[place] = bytes[place]! ^ (1 << below(8))
    return bytes
  },
  ({below, pick}, bytes) => {
    const place = below(bytes.length)
    const invalid = pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0]])
    return Buffer.concat([bytes.subarray(0, place), Buffer.from(invalid), bytes.subarray(place)])
  },
  (_, bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  (_, bytes) => Buffer.from(bytes.toString('utf8'), 'latin1'),
  (_, bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  ({below, random}, bytes) => Buffer.from(bytes.map(byte => (random() < 0.01 ? below(256) : byte))),
  () => Buffer.alloc(0),
]

/** Changes the bytes of a message. May change the buffer that it is given. */
export const mutateBytes = (chance: Chance, bytes: Buffer): Buffer => chance.pick(byteChanges)(chance, bytes)
