// What the README's blocks take from a reader's app and this repository does not install: the few types they use.

declare module 'vue' {
  interface ShallowRef<T> {
    value: T
  }
  export function shallowRef<T>(value: T): ShallowRef<T>
  export function readonly<T>(ref: ShallowRef<T>): Readonly<ShallowRef<T>>
  export function onScopeDispose(stop: () => void): void
}

declare module 'zustand' {
  interface UseBoundStore<T> {
    (): T
    setState(state: T, replace: true): void
  }
  export function create<T>(initializer: () => T): UseBoundStore<T>
}

declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>
  export function setItemAsync(key: string, value: string): Promise<void>
  export function deleteItemAsync(key: string): Promise<void>
}

declare module 'my-keychain' {
  export const keychain: {
    read(key: string, options: { prompt: string }): Promise<string | null>
    write(key: string, value: string): Promise<void>
    remove(key: string): Promise<void>
    contains(key: string): Promise<boolean>
  }
}

declare module 'my-sign-in' {
  import type { TokenResponse } from 'tokenflight'
  interface AuthorizationRequest {
    scope?: string | undefined
    acr_values?: string | undefined
    max_age?: number | undefined
    prompt: string
  }
  export function signIn(request: AuthorizationRequest, signal: AbortSignal): Promise<TokenResponse>
}

declare module 'my-api' {
  import type { AnyTRPCRouter } from '@trpc/server'
  export type AppRouter = AnyTRPCRouter
  export interface paths {
    '/me': { get: { responses: { 200: { content: { 'application/json': { who: string } } } } } }
  }
}
