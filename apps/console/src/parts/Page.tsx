import { useEffect, type ReactNode } from 'react'

interface PageProps {
  readonly title: string
  /** In place of the title where it is more than a text. */
  readonly heading?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page with its title, which the tab of the browser shows too. */
export function Page({ title, heading, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Stoa console`
  }, [title])
  return (
    <>
      <div className="page-head">
        <h1 className="row">{heading ?? title}</h1>
        <div className="row">{actions}</div>
      </div>
      {children}
    </>
  )
}
