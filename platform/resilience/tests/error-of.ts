/** What a promise rejects with, heard from now on; an Error that says so if it is answered. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (answer) => new Error(`no error but the answer ${String(answer)}`),
    (error: unknown) => error,
  )
}
