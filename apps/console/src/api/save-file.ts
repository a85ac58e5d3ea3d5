import { RestConnectionError } from '@stoa/rest'
import { problemOf } from './problem.ts'
import { fileNameIn } from '../state/file-name.ts'
import { appHeaders } from './session.ts'

/**
 * Downloads a file of an operation with the session of the console, and saves it under the name that its response gives. The address alone
 * would be refused: the session counts only for requests that the page sends itself. @throws RestProblem, RestConnectionError
 */
export async function saveFile(path: string): Promise<void> {
  const title = `GET ${path}`
  const unreachable = (error: unknown) => {
    throw new RestConnectionError(title, error)
  }
  const answer = await fetch(path, { headers: appHeaders }).catch(unreachable)
  if (!answer.ok) throw await problemOf(title, answer)
  // one that was cut off is not saved
  const content = await answer.blob().catch(unreachable)
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileNameIn(answer.headers.get('content-disposition')) ?? path.split('/').at(-1) ?? 'file'
  link.click()
  // the browser reads it after this turn
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
