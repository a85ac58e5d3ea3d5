/** One event of a stream of server-sent events (WHATWG HTML, section 9.2). */
export interface StreamEvent {
  readonly event: string
  readonly data: string
  /** The last id the stream has named, this event's or an earlier one's. */
  readonly id: string
}

/** Takes a stream in pieces, wherever they are cut, and calls back for every whole event. */
export interface EventStreamParser {
  /** Throws RangeError when one event is longer than the limit. */
  readonly write: (text: string) => void
}

const maxEventLength = 16 * 1_024 * 1_024

/** A parser of server-sent events; comments and fields it does not know are passed over. */
export function eventStreamParser(onEvent: (event: StreamEvent) => void): EventStreamParser {
  let rest = ''
  let searched = 0
  let isFirst = true
  let length = 0
  let event = ''
  let data: string[] = []
  let id = ''

  function dispatch(): void {
    if (data.length > 0) onEvent({ event: event === '' ? 'message' : event, data: data.join('\n'), id })
    event = ''
    data = []
    length = 0
  }

  function takeLine(line: string): void {
    if (line === '') return dispatch()
    length += line.length
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
  }

  return {
    write: (text) => {
      rest += isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text
      isFirst &&= text === ''
      let from = 0
      const lineEnd = /\r\n|\n|\r(?=[^])/g
      lineEnd.lastIndex = searched
      for (let end = lineEnd.exec(rest); end !== null; end = lineEnd.exec(rest)) {
        takeLine(rest.slice(from, end.index))
        from = lineEnd.lastIndex
      }
      rest = rest.slice(from)
      // A carriage return at the very end may be half of an end of line: it is looked at again with what follows.
      searched = rest.endsWith('\r') ? rest.length - 1 : rest.length
      if (length + rest.length > maxEventLength) throw new RangeError('an event of the stream is too long')
    },
  }
}
