"""A virtual reader that can be unplugged: to pcscd it is a USB device.

pcscd removes readers only when a USB device goes, and there is no device to pull. But all that it knows of one is what udev
says: entries below /sys, and messages to a netlink group. Both are made here, and a copy of the virtual reader's driver
serves the device.
"""
import pathlib
import socket
import struct

import machine
import readers
from machine import run

VENDOR, PRODUCT = "1d6b", "0001"
PROTOCOL, GROUP = 15, 2  # NETLINK_KOBJECT_UEVENT; what udev itself sends, beside the kernel's (1)
NAME = "Unpluggable Reader"
# The second slot's: the first one's is 0, which stands for any.
PORT = 1
DEVICE = pathlib.Path("/sys/box-usb/1-1")
INTERFACE = DEVICE / "1-1:1.0"
BUS = pathlib.Path("/sys/bus/usb")
BUNDLE = pathlib.Path("/usr/lib/pcsc/drivers/box.bundle/Contents")
INFORMATION = f"""<?xml version="1.0"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>driver.so</string>
<key>ifdVendorID</key><array><string>0x{VENDOR}</string></array>
<key>ifdProductID</key><array><string>0x{PRODUCT}</string></array>
<key>ifdFriendlyName</key><array><string>{NAME}</string></array>
</dict></plist>
"""


def plug_in():
    """Plugs the reader in and answers its second slot. The first time, pcscd is restarted, which reads its drivers once."""
    if not BUNDLE.exists():
        prepare()
    folder = INTERFACE
    folder.mkdir(parents=True)
    (DEVICE / "uevent").write_text("MAJOR=189\nMINOR=1\nDEVNAME=bus/usb/001/002\nDEVTYPE=usb_device\n")
    (DEVICE / "idVendor").write_text(f"{VENDOR}\n")
    (DEVICE / "idProduct").write_text(f"{PRODUCT}\n")
    (INTERFACE / "uevent").write_text("DEVTYPE=usb_interface\n")
    (INTERFACE / "bInterfaceNumber").write_text("00\n")
    for device in [DEVICE, INTERFACE]:
        (device / "subsystem").symlink_to(BUS)
        (BUS / "devices" / device.name).symlink_to(device)
    announce("add")
    machine.wait_for("the driver waiting for a card", lambda: readers.listening(PORT))
    return readers.Reader(f"{NAME} 00 01", PORT)


def unplug():
    for device in [DEVICE, INTERFACE]:
        (BUS / "devices" / device.name).unlink()
    run("rm", "-r", DEVICE)
    announce("remove")


def prepare():
    run("mount", "-o", "remount,rw", "/sys")
    # The machine's own buses are in a part of /sys that nothing can be added to.
    run("mount", "-t", "tmpfs", "tmpfs", "/sys/bus")
    (BUS / "devices").mkdir(parents=True)
    # Whoever listens to udev looks for this first, to see whether there is anybody to listen to.
    pathlib.Path("/run/udev").mkdir(exist_ok=True)
    pathlib.Path("/run/udev/control").touch()
    library = BUNDLE / "Linux/driver.so"
    library.parent.mkdir(parents=True)
    # By a USB device's name the driver would take it for a host to connect to. Without its function that takes names,
    # pcscd calls the older one, which takes a number: 0x200000 for the first USB device. The driver adds the slot and uses
    # the lower half as TCP port.
    data = readers.driver("usb").read_bytes()
    if b"\0IFDHCreateChannelByName\0" not in data:
        raise machine.Skipped("this is another driver of virtual readers than is known here")
    library.write_bytes(data.replace(b"\0IFDHCreateChannelByName\0", b"\0-HIDDEN-ChannelByName--\0"))
    (BUNDLE / "Info.plist").write_text(INFORMATION)
    # libudev looks whether what it is told of is really the kernel's.
    machine.drop_in("[Service]\nEnvironment=SYSTEMD_DEVICE_VERIFY_SYSFS=0\n", unit="pcscd")
    readers.restart_service()
    machine.wait_for("pcscd listening to udev", lambda: listeners(machine.main_pid("pcscd")))


def listeners(pid):
    """Whether the process has joined udev's group (proc(5), /proc/net/netlink: protocol, process, groups)."""
    rows = [row.split() for row in pathlib.Path("/proc/net/netlink").read_text(encoding="ascii").splitlines()]
    return [row for row in rows if row[1:4] == [str(PROTOCOL), str(pid), f"{GROUP:08x}"]]


def announce(action):
    """Tells everybody who listens to udev, in udev's form (systemd, device-monitor.c, monitor_netlink_header)."""
    path = "/" + str(INTERFACE.relative_to("/sys"))
    values = {"ACTION": action, "DEVPATH": path, "SUBSYSTEM": "usb", "DEVTYPE": "usb_interface", "SEQNUM": "1"}
    body = b"".join(f"{name}={value}\0".encode() for name, value in values.items())
    header = struct.pack("8s", b"libudev") + struct.pack("!I", 0xFEEDCAFE)
    header += struct.pack("III", 40, 40, len(body)) + struct.pack("!II", hashed(b"usb"), hashed(b"usb_interface")) + bytes(8)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, PROTOCOL) as sender:
        sender.sendto(header + body, (0, GROUP))


def hashed(text):
    """MurmurHash2, by which listeners filter (systemd, basic/MurmurHash2.c)."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    value = len(text)
    while len(text) >= 4:
        part = struct.unpack("<I", text[:4])[0] * multiplier & mask
        part = (part ^ part >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ part
        text = text[4:]
    if text:
        value = (value ^ int.from_bytes(text, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15
