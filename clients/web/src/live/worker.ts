/** The worker that all tabs share. */
export {};
