import { shortId } from '../state/format.ts'
import { useSession } from '../state/session.tsx'

/** An account among staff: yourself, or the end of its id; nothing once it was erased. */
export function Person({ id }: { readonly id: string | undefined }) {
  const { accountId } = useSession()
  if (id === undefined) return null
  if (id === accountId) return <>you</>
  return (
    <span className="mono nowrap" title={id}>
      {shortId(id)}
    </span>
  )
}
