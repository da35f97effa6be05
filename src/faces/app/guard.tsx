import { Component, type ReactNode } from 'react'
import { toSealscopeError } from '../../base/error'

/** Keeps the rest of the page when a part of it fails: the part becomes a sentence. */
export class Guard extends Component<
  { children: ReactNode; fallback?: ReactNode },
  { error: string | null }
> {
  override state = { error: null }

  static getDerivedStateFromError(thrown: unknown): { error: string } {
    return { error: toSealscopeError(thrown).message }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    if (this.props.fallback !== undefined) return this.props.fallback
    return (
      <p role="alert" className="alert box">
        This part of the page failed: {error}. The rest is right; reload the page to try again.
      </p>
    )
  }
}
