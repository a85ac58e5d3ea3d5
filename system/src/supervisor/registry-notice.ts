interface Listed {
  readonly instances: readonly { readonly id: string; readonly metadata: Readonly<Record<string, string>> }[]
}

interface Dead {
  readonly name: string
  readonly pid: number
}

const timeoutMs = 1_000

/**
 * Tells the registry that a process has died, so that nobody calls it any more; its own lease would run on for up to 30 s.
 * A registry that is away finds out by itself.
 */
export async function tellRegistry(registryUrl: string, token: string, { name, pid }: Dead): Promise<void> {
  const address = `${registryUrl}/api/services/${name}`
  const headers = { 'x-registry-token': token }
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok) return
    const { instances } = (await answer.json()) as Listed
    // Not by its port: the next process may be there already.
    const gone = instances.filter(({ metadata }) => metadata['pid'] === String(pid))
    await Promise.all(
      gone.map(({ id }) =>
        fetch(`${address}/instances/${id}`, { method: 'DELETE', headers, signal: AbortSignal.timeout(timeoutMs) }),
      ),
    )
  } catch {
    // Away, or the process that died.
  }
}
