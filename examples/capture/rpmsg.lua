-- Wireshark's dissector for captures of rpmsg (LINKTYPE_USER0): the header, names, and what the services say.
-- wireshark -X lua_script:rpmsg.lua FILE, or a copy in the folder of the personal Lua plugins. Wireshark 3.6 or newer.
-- A capture without announcements has no names: then only the headers are shown.

local slow_answer = 1.0 -- seconds after which an answer is told to be late

local directions = {[0] = "unknown", [1] = "received", [2] = "sent"}
local is_true = {[0] = "no", [1] = "yes"}

-- The fields that Wireshark itself knows of a packet.
local direction_of = Field.new("frame.packet_flags_direction")
local interface_of = Field.new("frame.interface_id")
local comment_of = Field.new("frame.comment")

-- One protocol with its fields: {key = {TYPE, TITLE, BASE or names}}. The filter of a field is PROTOCOL.key.
local function make_protocol(name, title, fields)
    local made = {proto = Proto(name, title), fields = {}}
    for key, field in pairs(fields) do
        local abbreviation = name .. "." .. key
        if field[1] == "framenum" then
            made.fields[key] = ProtoField.framenum(abbreviation, field[2])
        elseif type(field[3]) == "table" then
            made.fields[key] = ProtoField[field[1]](abbreviation, field[2], base.DEC, field[3])
        elseif field[3] then
            made.fields[key] = ProtoField[field[1]](abbreviation, field[2], field[3])
        else
            made.fields[key] = ProtoField[field[1]](abbreviation, field[2])
        end
    end
    made.proto.fields = made.fields
    return made
end

local experts = {
    short = ProtoExpert.new("rpmsg.malformed", "The message is shorter than its kind", expert.group.MALFORMED, expert.severity.ERROR),
    length = ProtoExpert.new("rpmsg.bad_length", "The length of the header is not that of the payload", expert.group.MALFORMED,
        expert.severity.ERROR),
    unknown = ProtoExpert.new("rpmsg.unknown_command", "The service has no such command", expert.group.PROTOCOL, expert.severity.WARN),
    dropped = ProtoExpert.new("rpmsg.dropped", "A message is not delivered", expert.group.SEQUENCE, expert.severity.WARN),
    never_bound = ProtoExpert.new("rpmsg.ns.never_bound", "Nobody on the other side has this name", expert.group.SEQUENCE,
        expert.severity.NOTE),
    late = ProtoExpert.new("rpmsg.late_answer", "The answer is late", expert.group.RESPONSE_CODE, expert.severity.WARN),
    unanswered = ProtoExpert.new("rpmsg.no_answer", "The request has no answer", expert.group.SEQUENCE, expert.severity.NOTE),
    failed = ProtoExpert.new("rpmsg.error", "The answer is an error", expert.group.RESPONSE_CODE, expert.severity.NOTE),
    backwards = ProtoExpert.new("rpmsg.socket.lost_credit", "The position goes back", expert.group.SEQUENCE, expert.severity.WARN),
    overrun = ProtoExpert.new("rpmsg.socket.overrun", "More data than the window has room for", expert.group.SEQUENCE,
        expert.severity.ERROR),
}

local rpmsg = make_protocol("rpmsg", "RPMsg", {
    source = {"uint32", "Source", base.DEC},
    destination = {"uint32", "Destination", base.DEC},
    length = {"uint16", "Length of the payload", base.DEC},
    flags = {"uint16", "Flags", base.HEX},
    direction = {"uint8", "Direction", directions},
    link = {"uint32", "Link", base.DEC},
    name = {"string", "Name"},
    event = {"string", "Event"},
    payload = {"bytes", "Payload"},
    request = {"framenum", "Answer to the request in"},
    answer = {"framenum", "Answered in"},
    time = {"double", "Time to the answer in seconds"},
})
rpmsg.proto.experts = {}
do
    local all = {}
    for _, each in pairs(experts) do all[#all + 1] = each end
    rpmsg.proto.experts = all
end

-- What is learned while the packets are read for the first time, and what each packet shows from then on.
local links, packets
local function forget()
    links, packets = {}, {}
end
forget()
rpmsg.proto.init = forget

local function link_of(id)
    links[id] = links[id] or {names = {{}, {}}, requests = {}, streams = {}}
    return links[id]
end

-- The side from which a packet comes: 1 is the other one, 2 this one.
local function other(side) return 3 - side end

-- A reader of a payload: takes fields from the front and adds them to the tree.
local reader = {}
reader.__index = reader
function reader.new(buffer, tree, pinfo, about)
    return setmetatable({buffer = buffer, tree = tree, pinfo = pinfo, about = about, at = 0}, reader)
end
function reader:left() return self.buffer:len() - self.at end
function reader:expert(which, text)
    if text then
        self.tree:add_proto_expert_info(which, text)
    else
        self.tree:add_proto_expert_info(which)
    end
end
-- Takes a field of 1, 2, 4 or 8 bytes; nil and an expert info when the message ends before it.
function reader:take(field, size)
    if self:left() < size then
        if not self.is_short then self:expert(experts.short) end
        self.is_short = true
        self.at = self.buffer:len()
        return nil
    end
    local range = self.buffer(self.at, size)
    self.at = self.at + size
    if field then self.tree:add_le(field, range) end
    return range
end
function reader:number(field, size)
    local range = self:take(field, size or 4)
    return range and range:le_uint()
end
function reader:signed(field)
    local range = self:take(field, 4)
    return range and range:le_int()
end
function reader:skip(size) self:take(nil, size) end
-- Takes a text up to its NUL, or all that is left.
function reader:text(field)
    local rest = self:left()
    if rest == 0 then return "" end
    local size = rest
    for i = 0, rest - 1 do
        if self.buffer(self.at + i, 1):uint() == 0 then
            size = i
            break
        end
    end
    local text = size > 0 and self.buffer(self.at, size):string() or ""
    self.tree:add(field, self.buffer(self.at, math.min(size + 1, rest)), text)
    self.at = math.min(self.at + size + 1, self.buffer:len())
    return text
end
function reader:rest(field)
    if self:left() > 0 then self.tree:add(field, self.buffer(self.at)) end
    self.at = self.buffer:len()
end
function reader:info(text) self.pinfo.cols.info:append(", " .. text) end

-- Pairs requests with answers, which have the same key; is_answer: true, false, or nil where no field tells. Returns whether
-- it is an answer.
function reader:pair(key, is_answer)
    local about, requests = self.about, self.about.link.requests
    local number, packet = self.pinfo.number, packets[self.pinfo.number]
    if not self.pinfo.visited then
        local waiting = requests[about.conversation .. other(about.side) .. key]
        if is_answer == nil then is_answer = waiting ~= nil end
        if is_answer and waiting then
            packet.request, packet.time = waiting.number, self.pinfo.abs_ts - waiting.time
            packets[waiting.number].answer = packets[waiting.number].answer or number
        elseif not is_answer then
            requests[about.conversation .. about.side .. key] = {number = number, time = self.pinfo.abs_ts}
        end
        packet.is_answer = is_answer
    end
    if packet.request then
        self.tree:add(rpmsg.fields.request, packet.request):set_generated()
        self.tree:add(rpmsg.fields.time, packet.time):set_generated()
        if packet.time > slow_answer then
            self:expert(experts.late, string.format("The answer comes after %.3f s", packet.time))
        end
    elseif packet.answer then
        self.tree:add(rpmsg.fields.answer, packet.answer):set_generated()
    elseif not packet.is_answer and self.pinfo.visited and not self.needs_no_answer then
        self:expert(experts.unanswered)
    end
    return packet.is_answer
end
-- The errno of an answer.
function reader:result(value)
    if value and value < 0 then self:expert(experts.failed, "The answer is error " .. -value) end
end

-- Names: messages to address 53.

local kinds = {[0] = "create", [1] = "destroy", [2] = "acknowledge"}
local ns = make_protocol("rpmsg.ns", "RPMsg name service", {
    name = {"string", "Name"},
    address = {"uint32", "Address", base.DEC},
    kind = {"uint32", "Kind", kinds},
})

local function dissect_names(reading)
    if reading:left() < 40 then return reading:expert(experts.short) end
    local name = reading.buffer(0, 32):stringz()
    reading.tree:add(ns.fields.name, reading.buffer(0, 32), name)
    reading.at = 32
    local address, kind = reading:number(ns.fields.address), reading:number(ns.fields.kind)
    kind = math.min(kind, 2)
    reading:info(kinds[kind] .. " " .. name .. " at " .. address)
    local about, packet = reading.about, packets[reading.pinfo.number]
    local names = about.link.names[about.side]
    if not reading.pinfo.visited then
        packet.name = name
        if kind == 1 then
            names[address] = nil
        else
            names[address] = {name = name, packet = packet}
            for _, peer in pairs(about.link.names[other(about.side)]) do
                if peer.name == name then packet.is_bound, peer.packet.is_bound = true, true end
            end
        end
    elseif kind == 0 and not packet.is_bound then
        reading:expert(experts.never_bound)
    end
end

-- Ping.

local ping = make_protocol("rpmsg.ping", "RPMsg ping", {
    command = {"uint32", "Command", base.HEX},
    length = {"uint32", "Length", base.DEC},
    cookie = {"uint64", "Cookie", base.HEX},
    data = {"bytes", "Data"},
})
local function dissect_ping(reading)
    local command = reading:number(ping.fields.command)
    reading:number(ping.fields.length)
    local cookie = reading:take(ping.fields.cookie, 8)
    if not cookie then return end
    local is_answer = bit32.band(command, 0xf0) == 0x20
    reading.needs_no_answer = bit32.band(command, 1) == 0
    reading:info(is_answer and "answer" or "request")
    reading:pair(tostring(cookie:bytes()), is_answer)
    reading:rest(ping.fields.data)
end

-- Sockets: credits are counted for each direction of a connection.

local socket_commands = {[1] = "sync", [2] = "data", [3] = "shutdown"}
local socket = make_protocol("rpmsg.socket", "RPMsg socket", {
    command = {"uint32", "Command", socket_commands},
    window = {"uint32", "Window", base.DEC},
    process = {"uint32", "Process", base.DEC},
    user = {"uint32", "User", base.DEC},
    group = {"uint32", "Group", base.DEC},
    position = {"uint32", "Consumed by the sender", base.DEC},
    length = {"uint32", "Length", base.DEC},
    directions = {"uint32", "Directions", base.HEX},
    data = {"bytes", "Data"},
})
local function dissect_socket(reading)
    local command = reading:number(socket.fields.command)
    if not command then return end
    reading:info(socket_commands[command] or "unknown command")
    local about, packet = reading.about, packets[reading.pinfo.number]
    local streams = about.link.streams
    local key = about.conversation
    if command == 1 then
        local window = reading:number(socket.fields.window)
        reading:number(socket.fields.process)
        reading:number(socket.fields.user)
        reading:number(socket.fields.group)
        if window and not reading.pinfo.visited then
            streams[key .. about.side] = {window = window, position = 0, sent = 0}
        end
    elseif command == 2 then
        local position, length = reading:number(socket.fields.position), reading:number(socket.fields.length)
        if not length then return end
        reading:info(length .. " bytes")
        local own, peer = streams[key .. about.side], streams[key .. other(about.side)]
        if not reading.pinfo.visited and own then
            if (position - own.position) % 0x100000000 >= 0x80000000 then packet.backwards = true end
            own.position = position
            own.sent = (own.sent + reading:left()) % 0x100000000
            if peer and (own.sent - peer.position) % 0x100000000 > peer.window then packet.overrun = true end
        end
        if packet.backwards then reading:expert(experts.backwards) end
        if packet.overrun then reading:expert(experts.overrun) end
        reading:rest(socket.fields.data)
    elseif command == 3 then
        reading:number(socket.fields.directions)
    else
        reading:expert(experts.unknown)
    end
end

-- Requests and answers of files and devices have the same front.

local file_commands = {[0] = "init", "open", "close", "read", "write", "seek", "ioctl", "sync", "dup", "fstat", "truncate",
    "opendir", "readdir", "rewinddir", "closedir", "statfs", "unlink", "mkdir", "rmdir", "rename", "stat", "fchstat", "chstat"}
local files = make_protocol("rpmsg.file", "RPMsg remote file system", {
    command = {"uint32", "Command", file_commands},
    result = {"int32", "Result", base.DEC},
    cookie = {"uint64", "Cookie", base.HEX},
    handle = {"int32", "Handle", base.DEC},
    count = {"uint32", "Count", base.DEC},
    flags = {"uint32", "Flags", base.HEX},
    permissions = {"uint32", "Permissions", base.OCT},
    whence = {"int32", "Whence", {[0] = "start", [1] = "position", [2] = "end"}},
    offset = {"int32", "Offset", base.DEC},
    length = {"int32", "Length", base.DEC},
    request = {"uint32", "Request", base.HEX},
    path = {"string", "Path"},
    new_path = {"string", "New path"},
    name = {"string", "Name of the entry"},
    mode = {"uint32", "Mode", base.OCT},
    size = {"uint64", "Size", base.DEC},
    data = {"bytes", "Data"},
})
local has_handle = {close = true, sync = true, dup = true, rewinddir = true, closedir = true}
local has_path = {opendir = true, unlink = true, rmdir = true}
local function dissect_status(reading)
    reading:skip(4)
    reading:number(files.fields.mode)
    reading:skip(8)
    reading:take(files.fields.size, 8)
    reading:skip(64)
end
local function dissect_files(reading)
    local fields = files.fields
    local number, result = reading:number(fields.command), reading:signed(fields.result)
    local cookie = reading:take(fields.cookie, 8)
    if not cookie then return end
    local command = file_commands[number]
    if not command then return reading:expert(experts.unknown) end
    reading.needs_no_answer = cookie:le_uint64() == UInt64(0)
    local is_answer = reading:pair(number .. "." .. tostring(cookie:bytes()), nil)
    reading:info(command .. (is_answer and " answer" or ""))
    if is_answer then
        reading:result(result)
        reading:info("result " .. result)
    end
    if has_handle[command] then
        reading:signed(fields.handle)
    elseif has_path[command] then
        if not is_answer then reading:info(reading:text(fields.path)) end
    elseif command == "open" or command == "mkdir" then
        if command == "open" then reading:number(fields.flags) end
        reading:number(fields.permissions)
        if command == "mkdir" then reading:skip(4) end
        if not is_answer then reading:info(reading:text(fields.path)) end
    elseif command == "read" or command == "write" then
        reading:signed(fields.handle)
        reading:number(fields.count)
        reading:rest(fields.data)
    elseif command == "seek" then
        reading:signed(fields.handle)
        reading:signed(fields.whence)
        reading:signed(fields.offset)
    elseif command == "ioctl" then
        reading:signed(fields.handle)
        reading:number(fields.request)
        reading:skip(12)
        reading:rest(fields.data)
    elseif command == "truncate" then
        reading:signed(fields.handle)
        reading:signed(fields.length)
    elseif command == "readdir" then
        reading:signed(fields.handle)
        if is_answer and result >= 0 then
            -- The two layouts of the field differ in one number before the name, which is not a printable character.
            reading:skip(4)
            if reading:left() >= 4 and reading.buffer(reading.at + 1, 3):le_uint() == 0 then reading:skip(4) end
            reading:info(reading:text(fields.name))
        end
    elseif command == "statfs" then
        if not is_answer then
            reading:skip(64)
            reading:info(reading:text(fields.path))
        end
    elseif command == "rename" then
        if not is_answer then
            local from = reading:text(fields.path)
            reading.at = math.min(16 + math.floor((#from + 8) / 8) * 8, reading.buffer:len())
            reading:info(from .. " to " .. reading:text(fields.new_path))
        end
    elseif command == "stat" or command == "fstat" or command == "chstat" or command == "fchstat" then
        dissect_status(reading)
        if command == "chstat" or command == "fchstat" then reading:skip(4) end
        if is_answer or command == "fstat" or command == "fchstat" then
            reading:signed(fields.handle)
        else
            reading:info(reading:text(fields.path))
        end
    end
end

local device_commands = {"open", "close", "read", "read one", "write", "seek", "control", "poll", "notify"}
local device = make_protocol("rpmsg.device", "RPMsg remote device", {
    command = {"uint32", "Command", device_commands},
    result = {"int32", "Result", base.DEC},
    cookie = {"uint64", "Cookie", base.HEX},
    handle = {"uint64", "Handle", base.HEX},
    flags = {"uint32", "Flags", base.HEX},
    count = {"uint32", "Count", base.DEC},
    offset = {"int64", "Offset", base.DEC},
    whence = {"int32", "Whence", {[0] = "start", [1] = "position", [2] = "end"}},
    value = {"uint64", "Argument", base.HEX},
    size = {"uint32", "Size", base.DEC},
    request = {"uint32", "Request", base.HEX},
    events = {"uint32", "Events", base.HEX},
    setup = {"uint32", "Begins", is_true},
    token = {"uint64", "Token", base.HEX},
    data = {"bytes", "Data"},
})
local function dissect_device(reading)
    local fields = device.fields
    local number, result = reading:number(fields.command), reading:signed(fields.result)
    local cookie = reading:take(fields.cookie, 8)
    if not cookie then return end
    local command = device_commands[number]
    if not command then return reading:expert(experts.unknown) end
    reading:info(command)
    if command == "notify" then
        reading:take(fields.token, 8)
        reading:number(fields.events)
        return
    end
    reading.needs_no_answer = cookie:le_uint64() == UInt64(0)
    if reading:pair(number .. "." .. tostring(cookie:bytes()), nil) then
        reading:info("answer, result " .. result)
        reading:result(result)
    end
    reading:take(fields.handle, 8)
    if command == "open" then
        reading:number(fields.flags)
    elseif command == "read" or command == "read one" or command == "write" then
        reading:number(fields.count)
        reading:rest(fields.data)
    elseif command == "seek" then
        reading:take(fields.offset, 8)
        reading:signed(fields.whence)
    elseif command == "control" then
        reading:take(fields.value, 8)
        reading:number(fields.size)
        reading:number(fields.request)
        reading:rest(fields.data)
    elseif command == "poll" then
        reading:number(fields.events)
        reading:number(fields.setup)
        reading:take(fields.token, 8)
    end
end

-- Terminals and logs.

local tty = make_protocol("rpmsg.tty", "RPMsg terminal", {
    command = {"uint32", "Command", base.HEX},
    result = {"int32", "Result", base.DEC},
    cookie = {"uint64", "Cookie", base.HEX},
    count = {"uint32", "Count", base.DEC},
    text = {"string", "Text"},
})
local function dissect_tty(reading)
    local command = reading:number(tty.fields.command)
    local result = reading:signed(tty.fields.result)
    local cookie = reading:take(tty.fields.cookie, 8)
    if not cookie then return end
    if command == 1 then return reading:info("wake-up") end
    local kind = bit32.band(command, 0x7fffffff)
    if kind > 1 then return reading:expert(experts.unknown) end
    local is_answer = kind ~= command
    reading:info(is_answer and "response, " .. result .. " bytes" or "write")
    reading:pair(tostring(cookie:bytes()), is_answer)
    reading:number(tty.fields.count)
    reading:skip(4)
    if not is_answer then reading:rest(tty.fields.text) end
end

local log_commands = {[0] = "text", [1] = "suspend", [2] = "resume", [3] = "sync"}
local syslog = make_protocol("rpmsg.syslog", "RPMsg log", {
    command = {"uint32", "Command", log_commands},
    result = {"int32", "Result", base.DEC},
    count = {"uint32", "Count", base.DEC},
    text = {"string", "Text"},
})
local function dissect_syslog(reading)
    local command = reading:number(syslog.fields.command)
    reading:signed(syslog.fields.result)
    if not command then return end
    if not log_commands[command] then return reading:expert(experts.unknown) end
    reading:info(log_commands[command])
    if command == 0 then
        reading:number(syslog.fields.count)
        reading:rest(syslog.fields.text)
    end
end

-- The router and qrtr.

local router_commands = {"create", "destroy", "suspend", "resume"}
local router = make_protocol("rpmsg.router", "RPMsg router", {
    command = {"uint32", "Command", router_commands},
    tx_length = {"uint32", "Longest payload to the other edge", base.DEC},
    rx_length = {"uint32", "Longest payload from the other edge", base.DEC},
    edge = {"string", "Edge"},
})
local function dissect_router(reading)
    local command = reading:number(router.fields.command)
    reading:number(router.fields.tx_length)
    reading:number(router.fields.rx_length)
    if not command or reading:left() < 8 then return end
    reading:info((router_commands[command] or "unknown command") .. " " .. reading:text(router.fields.edge))
    if not router_commands[command] then reading:expert(experts.unknown) end
end

local qrtr_kinds = {"data", "hello", "bye", "new server", "delete server", "delete client", "resume", "exit", "ping",
    "new lookup", "delete lookup"}
local qrtr = make_protocol("rpmsg.qrtr", "QRTR over RPMsg", {
    version = {"uint8", "Version", base.DEC},
    kind = {"uint32", "Kind", qrtr_kinds},
    source_node = {"uint32", "Source node", base.DEC},
    source_port = {"uint32", "Source port", base.HEX},
    destination_node = {"uint32", "Destination node", base.DEC},
    destination_port = {"uint32", "Destination port", base.HEX},
    confirms = {"uint32", "Asks for resume", is_true},
    size = {"uint32", "Size", base.DEC},
    service = {"uint32", "Service", base.DEC},
    instance = {"uint32", "Instance", base.DEC},
    node = {"uint32", "Node", base.DEC},
    port = {"uint32", "Port", base.HEX},
    data = {"bytes", "Data"},
})
local function dissect_qrtr(reading)
    local fields = qrtr.fields
    if reading:left() < 1 then return reading:expert(experts.short) end
    local version, kind, size = reading.buffer(0, 1):uint(), nil, nil
    reading.tree:add(fields.version, reading.buffer(0, 1))
    if version == 1 then
        reading:skip(4)
        kind = reading:number(fields.kind)
        reading:number(fields.source_node)
        reading:number(fields.source_port)
        reading:number(fields.confirms)
        size = reading:number(fields.size)
        reading:number(fields.destination_node)
        reading:number(fields.destination_port)
    elseif version == 3 then
        reading:skip(1)
        kind = reading:number(fields.kind, 1)
        reading:number(fields.confirms, 1)
        local optional = reading:number(nil, 1)
        size = reading:number(fields.size)
        reading:number(fields.source_node, 2)
        reading:number(fields.source_port, 2)
        reading:number(fields.destination_node, 2)
        reading:number(fields.destination_port, 2)
        if optional then reading:skip(optional) end
    else
        return reading:expert(experts.unknown)
    end
    if not size or reading.is_short then return end
    reading:info(qrtr_kinds[kind] or "unknown kind")
    if kind == 4 or kind == 5 then
        reading:skip(4)
        reading:number(fields.service)
        reading:number(fields.instance)
        reading:number(fields.node)
        reading:number(fields.port)
    elseif kind == 6 or kind == 7 then
        reading:skip(4)
        reading:number(fields.node)
        reading:number(fields.port)
    elseif kind == 1 then
        reading:rest(fields.data)
    elseif not qrtr_kinds[kind] then
        reading:expert(experts.unknown)
    end
end

-- Which service has a name: the first front that the name begins with.
local services = {
    {"rpmsg-ping", ping, dissect_ping},
    {"rpmsgfs-", files, dissect_files},
    {"rpdev", device, dissect_device},
    {"rpmsg-ttyraw", nil, nil},
    {"rpmsg-tty", tty, dissect_tty},
    {"rpmsg-syslog", syslog, dissect_syslog},
    {"router:", router, dissect_router},
    {"IPCRTR", qrtr, dissect_qrtr},
    {"s:", socket, dissect_socket},
}
local function service_of(name)
    -- A service between two edges of a hub: "r:EDGE:NAME".
    name = name:match("^r:[^:]+:(.*)$") or name
    for _, each in ipairs(services) do
        if name:sub(1, #each[1]) == each[1] then return each end
    end
end

local function dissect_event(pinfo, tree, link)
    for _, comment in ipairs({comment_of()}) do
        local text = comment.value
        tree:add(rpmsg.fields.event, text):set_generated()
        pinfo.cols.info:append((tostring(pinfo.cols.info) == "" and "" or ", ") .. text)
        if text:find("^dropped") or text:find("^not delivered") then
            tree:add_proto_expert_info(experts.dropped, "A message is " .. text)
        elseif text:find("^link ") and not pinfo.visited then
            link.names, link.requests, link.streams = {{}, {}}, {}, {}
        end
    end
end

function rpmsg.proto.dissector(buffer, pinfo, root)
    local side, link_id = direction_of(), interface_of()
    side = side and tonumber(side.value) or 0
    link_id = link_id and tonumber(link_id.value) or 0
    local link = link_of(link_id)
    pinfo.cols.protocol = "RPMsg"
    pinfo.cols.info = ""
    local tree = root:add(rpmsg.proto, buffer())
    tree:add(rpmsg.fields.direction, side):set_generated()
    tree:add(rpmsg.fields.link, link_id):set_generated()
    if buffer:len() == 0 then
        return dissect_event(pinfo, tree, link)
    elseif buffer:len() < 16 then
        return tree:add_proto_expert_info(experts.short)
    end
    packets[pinfo.number] = packets[pinfo.number] or {}
    local packet = packets[pinfo.number]
    local source, destination, length = buffer(0, 4):le_uint(), buffer(4, 4):le_uint(), buffer(12, 2):le_uint()
    tree:add_le(rpmsg.fields.source, buffer(0, 4))
    tree:add_le(rpmsg.fields.destination, buffer(4, 4))
    local length_item = tree:add_le(rpmsg.fields.length, buffer(12, 2))
    tree:add_le(rpmsg.fields.flags, buffer(14, 2))
    if length ~= buffer:reported_len() - 16 then length_item:add_proto_expert_info(experts.length) end
    pinfo.cols.info = source .. " > " .. destination
    pinfo.cols.src = side == 2 and "this side" or "other side"
    pinfo.cols.dst = side == 2 and "other side" or "this side"

    -- One number for both directions: the address at the other side, then the one at this side.
    local about = {link = link, side = side == 2 and 2 or 1}
    about.conversation = side == 2 and destination .. "/" .. source .. "." or source .. "/" .. destination .. "."
    local name
    if destination == 53 then
        if buffer:len() > 16 then
            local sub = tree:add(ns.proto, buffer(16))
            dissect_names(reader.new(buffer(16):tvb(), sub, pinfo, about))
            name = packet.name
        end
    else
        if not pinfo.visited then
            local of_source, of_destination = link.names[about.side][source], link.names[other(about.side)][destination]
            local known = of_source or of_destination
            if known then
                packet.name = known.name
                if of_source then of_source.packet.is_bound = true end
                if of_destination then of_destination.packet.is_bound = true end
            end
        end
        name = packet.name
    end
    if name then tree:add(rpmsg.fields.name, name):set_generated() end
    if destination ~= 53 then
        local service = name and service_of(name)
        if name then pinfo.cols.info:append(", " .. name) end
        if buffer:len() == 16 then
            pinfo.cols.info:append(", empty")
        elseif service and service[2] then
            pinfo.cols.protocol = service[2].proto.description
            local sub = tree:add(service[2].proto, buffer(16))
            service[3](reader.new(buffer(16):tvb(), sub, pinfo, about))
        else
            tree:add(rpmsg.fields.payload, buffer(16))
            pinfo.cols.info:append(", " .. buffer:len() - 16 .. " bytes")
        end
    end
    dissect_event(pinfo, tree, link)
end

DissectorTable.get("wtap_encap"):add((wtap or wtap_encaps).USER0, rpmsg.proto)
