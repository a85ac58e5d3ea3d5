import { Button } from '@mantine/core'

interface PagerProps {
  /** The cursor of the shown page; undefined on the first one. */
  readonly cursor: string | undefined
  readonly nextCursor: string | undefined
  readonly onPage: (cursor: string | undefined) => void
}

/** The way through a list that is read page by page. */
export function Pager({ cursor, nextCursor, onPage }: PagerProps) {
  if (cursor === undefined && nextCursor === undefined) return null
  return (
    <div className="row" style={{ marginTop: 12 }}>
      {cursor !== undefined && (
        <Button variant="default" onClick={() => onPage(undefined)}>
          First page
        </Button>
      )}
      {nextCursor !== undefined && (
        <Button variant="default" onClick={() => onPage(nextCursor)}>
          Next page
        </Button>
      )}
    </div>
  )
}
