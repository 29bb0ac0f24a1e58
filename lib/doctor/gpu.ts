import type { Surroundings } from "./surroundings";

/** Whether Linux shows a device to draw or compute with, driver or not. */
export function hasGpu(around: Surroundings): boolean {
  return around.list("/dev/dri").some((name) => name.startsWith("renderD")) || hasNvidiaGpu(around);
}

/** Whether Linux shows an NVIDIA GPU: by its driver, as WSL does, or on the PCI bus (vendor 10de, class 03). */
export function hasNvidiaGpu({ list, readText }: Surroundings): boolean {
  if (list("/dev").includes("nvidiactl") || list("/proc/driver/nvidia").length > 0) return true;
  if (list("/usr/lib/wsl/lib").includes("libcuda.so.1")) return true;
  const bus = "/sys/bus/pci/devices";
  return list(bus).some(
    (device) =>
      readText(`${bus}/${device}/vendor`)?.trim() === "0x10de" &&
      readText(`${bus}/${device}/class`)?.startsWith("0x03") === true,
  );
}
