import { isAppError } from '@stoa/kernel'

/** Thrown when a file is larger than it may be, with a text for people; another attempt would end in the same way. */
export class FileTooLarge extends Error {}

/** The longest text of a failure that is stored. */
const mostLetters = 1_000

/**
 * What people are told of a failed attempt. The text of an expected error is written for them; that of any other error may have statements,
 * paths or addresses of the system, so that it is only in the log, where the id of the report finds it.
 */
export function failureText(error: unknown, reportId: string): string {
  const isForPeople = error instanceof FileTooLarge || (isAppError(error) && error.kind !== 'failed')
  if (!isForPeople) return `an unexpected error; operators find its cause in the log of reporting by the id ${reportId}`
  const [text = ''] = error.message.split('\n')
  return text.slice(0, mostLetters)
}
