import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Everything the page needs lies in the program that serves it: no address but its own.
export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: process.env["ZHIBU_WEB_OUT"] ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 2000,
    // Inlined files would be data: addresses, which the page's policy forbids for scripts.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
