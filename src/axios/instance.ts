/**
 * The part of an axios instance that is used. Structural on purpose: axios ships one set of types for `import`
 * and one for `require`, and an instance of either fits.
 */
export interface AxiosInstanceLike {
  readonly defaults: {
    readonly baseURL?: string | undefined
    readonly headers: object
    readonly adapter?: unknown
  }
  readonly interceptors: {
    readonly request: {
      use(
        onFulfilled: (config: unknown) => never,
        onRejected: undefined,
        options: { synchronous: boolean },
      ): number
      eject(id: number): void
    }
  }
  getUri(config?: { url?: string; baseURL?: string; allowAbsoluteUrls?: boolean | undefined }): string
}
